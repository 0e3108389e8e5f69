"""What a delta is multiplied by before it reaches the UNet."""

from dataclasses import dataclass

from torch import Tensor

from .residuals import Block


@dataclass(frozen=True)
class Scale:
    """The strength at one step, for every block."""

    strength: float

    def __call__(self, block: Block, delta: Tensor) -> Tensor:
        """A (B, C, H, W) delta bound for `block`, scaled. `delta` itself is left as it is."""
        return delta if self.strength == 1.0 else delta * self.strength
