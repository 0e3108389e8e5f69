"""A new T2I-Adapter, as TencentARC/T2I-Adapter makes it: random all through, with two blocks for each level."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from ..architectures.t2i_adapter import LEVELS, SD_UNSHUFFLE, SDXL_UNSHUFFLE
from ..checkpoint import Checkpoint
from .unet import level_widths
from .weights import Weights

BLOCKS = 2  # a level


@dataclass(frozen=True)
class NewT2IAdapter:
    """What may be chosen. It acts from the start: no layer of it is zero, as published."""

    hint_channels: int = 3

    def checkpoint(self, unet: Mapping[str, Tensor]) -> Checkpoint:
        """Weights with original keys, for the UNet with these weights (ldm keys).

        A UNet of three levels gets what SDXL has: a fourth feature, as wide as the third, for its middle block.
        """
        levels = level_widths(Checkpoint(unet))
        unshuffle = SD_UNSHUFFLE if len(levels) == LEVELS else SDXL_UNSHUFFLE
        levels = (*levels, *[levels[-1]] * (LEVELS - len(levels)))
        weights = Weights()
        weights.layer("conv_in", nn.Conv2d(self.hint_channels * unshuffle**2, levels[0], 3, padding=1))
        for level, (before, width) in enumerate(pairwise((levels[0], *levels))):
            if before != width:
                weights.layer(f"body.{level * BLOCKS}.in_conv", nn.Conv2d(before, width, 1))
            for block in range(level * BLOCKS, (level + 1) * BLOCKS):
                weights.layer(f"body.{block}.block1", nn.Conv2d(width, width, 3, padding=1))
                weights.layer(f"body.{block}.block2", nn.Conv2d(width, width, 1))
        return Checkpoint(weights)
