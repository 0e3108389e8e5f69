"""A new T2I-Adapter, as TencentARC/T2I-Adapter makes it: random all through, with two blocks for each level."""

from itertools import pairwise

from torch import nn

from ..checkpoint import Checkpoint
from .weights import Weights

UNSHUFFLE = 8
BLOCKS = 2  # a level


def new_t2i_adapter(levels: tuple[int, int, int, int], hint_channels: int = 3) -> Checkpoint:
    """Weights with original keys, for a UNet of Stable Diffusion 1.x's topology with these channels at its levels."""
    weights = Weights()
    weights.layer("conv_in", nn.Conv2d(hint_channels * UNSHUFFLE**2, levels[0], 3, padding=1))
    for level, (before, width) in enumerate(pairwise((levels[0], *levels))):
        if before != width:
            weights.layer(f"body.{level * BLOCKS}.in_conv", nn.Conv2d(before, width, 1))
        for block in range(level * BLOCKS, (level + 1) * BLOCKS):
            weights.layer(f"body.{block}.block1", nn.Conv2d(width, width, 3, padding=1))
            weights.layer(f"body.{block}.block2", nn.Conv2d(width, width, 1))
    return Checkpoint(weights)
