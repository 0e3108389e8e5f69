"""Line drawings from anime: Xiang et al. 2021, "Adversarial Open Domain Adaptation for Sketch-to-Photo Synthesis",
arXiv:2104.05703.

The layers and names are those of Mukosame/Anime2Sketch, model.py (MIT): pix2pix's U-Net of eight levels
(arXiv:1611.07004) with instance norms.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from ..pretrained import Pretrained, Published, Weights

LEVELS = 8
SLOPE = 0.2


class Level(nn.Module):
    """Halves the size, goes deeper, doubles it again, and adds the channels it was given.

    Upstream adds them activated; the same, because only a ReLU ever sees them.
    """

    def __init__(self, outer: int, inner: int, deeper: nn.Module | None, ops: Any):
        super().__init__()
        down, norm = ops.Conv2d(outer, inner, 4, stride=2, padding=1), nn.InstanceNorm2d(inner)
        up = ops.ConvTranspose2d(inner if deeper is None else 2 * inner, outer, 4, stride=2, padding=1)
        between = [] if deeper is None else [norm, deeper]
        self.model = nn.Sequential(nn.LeakyReLU(SLOPE), down, *between, nn.ReLU(), up, nn.InstanceNorm2d(outer))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.model(x)], 1)


class Sketch(nn.Sequential):
    """(B, 3, H, W) RGB in [-1, 1], sides multiples of 256 -> (B, 1, H, W) in [-1, 1]: black lines on white."""

    def __init__(self, widths: list[int], ops: Any):
        """`widths` are the channels of the levels, from the outermost."""
        level = None
        for outer, inner in reversed(list(pairwise(widths))):
            level = Level(outer, inner, level, ops)
        down = ops.Conv2d(3, widths[0], 4, stride=2, padding=1)
        up = ops.ConvTranspose2d(2 * widths[0], 1, 4, stride=2, padding=1)
        super().__init__(down, level, nn.ReLU(), up, nn.Tanh())


def build(weights: Weights, ops: Any) -> Sketch:
    downs = ["0.weight", *(f"1{'.model.3' * depth}.model.1.weight" for depth in range(LEVELS - 1))]
    return Sketch([weights[key].shape[0] for key in downs], ops)


ANIME = Pretrained(
    id="lineart_anime",
    signature=("0.weight", "1.model.1.weight", f"1{'.model.3' * (LEVELS - 1)}.weight", "3.weight"),
    build=build,
    files=(
        Published(
            name="netG.pth",
            url="https://huggingface.co/lllyasviel/Annotators/resolve/main/netG.pth",
            size=217_631_959,
            sha256="ccabdcc3f5cf3c07cf65d58776acb21df7dfda825cdc70c9766a93fd62bfc488",
            licence="MIT",
        ),
    ),
)
