"""What a delta is multiplied by before it reaches the UNet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor

from .residuals import Block

MaskAt = Callable[[tuple[int, int]], Tensor]
"""(height, width) -> the mask at that size, (B or 1, 1, H, W) fp32 in [0, 1]."""


@dataclass(frozen=True)
class Scale:
    """Strength x layer weight x row x mask, folded in fp32 and multiplied once.

    `weights` are by block, 1 where absent; `rows` (B, 1, 1, 1) are fp32. `pooled`: a delta becomes its mean over the
    image first, which the control nets for shuffled images were trained with. `base` is a mask that is raised to the
    block's exponent: soft weights that differ from place to place.
    """

    strength: float
    weights: Mapping[Block, float] = field(default_factory=dict)
    mask: MaskAt | None = None
    rows: Tensor | None = None
    pooled: bool = False
    base: MaskAt | None = None
    exponents: Mapping[Block, int] = field(default_factory=dict)

    def factor(self, block: Block) -> float:
        return self.strength * self.weights.get(block, 1.0)

    @property
    def strengths(self) -> Tensor | float:
        """What every block has in common: one number, or (B, 1, 1, 1)."""
        return self.strength if self.rows is None else self.rows * self.strength

    def acts(self, block: Block) -> bool:
        """Whether anything can reach this block."""
        return self.factor(block) != 0.0

    def __call__(self, block: Block, delta: Tensor) -> Tensor:
        """A (B, C, H, W) delta bound for `block`, scaled. `delta` itself is left as it is."""
        if self.pooled:
            delta = delta.mean(dim=(2, 3), keepdim=True).expand_as(delta)
        factor: float | Tensor = self.factor(block)
        if self.rows is not None:
            factor = self.rows * factor
        if self.mask is not None:
            factor = self.mask(tuple(delta.shape[-2:])) * factor
        if self.base is not None and self.exponents.get(block, 0):
            factor = self.base(tuple(delta.shape[-2:])) ** self.exponents[block] * factor
        if isinstance(factor, Tensor):
            return (delta * factor).to(delta.dtype)
        return delta if factor == 1.0 else delta * factor
