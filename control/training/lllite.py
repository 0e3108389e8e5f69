"""A new ControlNet-LLLite, as kohya-ss/sd-scripts makes it: what it adds is zero until it has learned."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from ..architectures.lllite import PREFIX, PROJECTIONS
from ..checkpoint import Checkpoint
from .weights import Weights

LATENT = 8  # hint pixels for each latent pixel
KERNELS = {8: (4, 2), 16: (4, 4), 32: (4, 4, 2), 64: (4, 4, 4)}  # by hint pixels for each token; sd-scripts ends at 32


@dataclass(frozen=True)
class NewLLLite:
    """What may be chosen. `features` is the width of the hint's features, `narrow` that of the network behind them."""

    features: int = 32
    narrow: int = 64
    hint_channels: int = 3

    def checkpoint(self, unet: Mapping[str, Tensor]) -> Checkpoint:
        """Weights for every transformer of the UNet with these weights (ldm keys)."""
        base, weights = Checkpoint(unet), Weights()
        for transformer, pixels in _transformers(base).items():
            place = transformer.replace(".", "_")
            width = base.shape(f"{transformer}.proj_in.weight")[0]
            for i in range(base.count(f"{transformer}.transformer_blocks")):
                for projection in PROJECTIONS:
                    self._module(weights, f"{PREFIX}{place}_transformer_blocks_{i}_{projection}", width, pixels)
        return Checkpoint(weights)

    def _module(self, weights: Weights, name: str, width: int, pixels: int) -> None:
        channels = [self.hint_channels, *[self.features // 2] * (len(KERNELS[pixels]) - 1), self.features]
        for i, (kernel, inner, outer) in enumerate(zip(KERNELS[pixels], channels, channels[1:])):
            weights.layer(f"{name}.conditioning1.{2 * i}", nn.Conv2d(inner, outer, kernel, stride=kernel))
        weights.layer(f"{name}.down.0", nn.Linear(width, self.narrow))
        weights.layer(f"{name}.mid.0", nn.Linear(self.features + self.narrow, self.narrow))
        weights.zero(f"{name}.up.0", nn.Linear(self.narrow, width))


def _transformers(unet: Checkpoint) -> dict[str, int]:
    """{prefix: hint pixels for each token} of every transformer, in the order of the UNet."""
    found, pixels = {}, LATENT
    blocks = [f"input_blocks.{n}" for n in range(unet.count("input_blocks"))]
    blocks += ["middle_block", *(f"output_blocks.{n}" for n in range(unet.count("output_blocks")))]
    for block in blocks:
        pixels *= 2 if unet.bears(f"{block}.0.op.weight") else 1
        if unet.bears(f"{block}.1.proj_in.weight"):
            found[f"{block}.1"] = pixels
        if any(unet.bears(f"{block}.{i}.conv.weight") for i in (1, 2)):
            pixels //= 2
    return found
