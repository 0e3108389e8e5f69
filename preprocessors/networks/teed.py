"""TEED: Soria, Li, Rouhani and Sappa 2023, "Tiny and Efficient Model for the Edge Detection Generalization",
arXiv:2308.06468.

The layers and names are those of xavysp/TEED, ted.py (MIT). MTEED is the same network, trained for AnyLine.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from ..pretrained import Pretrained, Published, Weights

WIDTHS = 16, 32, 48  # channels of the three blocks
NARROW = 16  # between the two steps up of the third


class Smish(nn.Module):
    """x * tanh(ln(1 + sigmoid(x))): Wang, Ren and Wang 2022, doi:10.3390/electronics11040540."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.tanh(torch.log1p(torch.sigmoid(x)))


smish = Smish()


class Block(nn.Module):
    """Two convolutions; the last is activated where the block is `active`."""

    def __init__(self, inner: int, outer: int, stride: int, active: bool, ops: Any):
        super().__init__()
        self.conv1 = ops.Conv2d(inner, outer, 3, stride=stride, padding=1)
        self.conv2 = ops.Conv2d(outer, outer, 3, padding=1)
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv2(smish(self.conv1(x)))
        return smish(x) if self.active else x


class Dense(nn.Module):
    """The mean of two convolutions and a skip; the first pads by 2, the second not at all."""

    def __init__(self, inner: int, outer: int, ops: Any):
        super().__init__()
        self.conv1 = ops.Conv2d(inner, outer, 3, padding=2)
        self.conv2 = ops.Conv2d(outer, outer, 3)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return (self.conv2(smish(self.conv1(smish(x)))) + skip) / 2


class Side(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int, ops: Any):
        super().__init__()
        self.conv = ops.Conv2d(inner, outer, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Up(nn.Module):
    """To one channel at twice the size, `steps` times."""

    def __init__(self, inner: int, steps: int, ops: Any):
        super().__init__()
        kernel, widths = 2**steps, [inner] + [NARROW] * (steps - 1) + [1]
        self.features = nn.Sequential()
        for before, after in pairwise(widths):
            up = ops.ConvTranspose2d(after, after, kernel, stride=2, padding=kernel // 2 - 1)
            self.features.extend([ops.Conv2d(before, after, 1), Smish(), up])

    def forward(self, x: Tensor) -> Tensor:
        return self.features(x)


class DoubleFusion(nn.Module):
    """One logit from three: the sum of eight filtered copies of each, and of these filtered again."""

    def __init__(self, ops: Any):
        super().__init__()
        self.DWconv1 = ops.Conv2d(3, 24, 3, padding=1, groups=3)
        self.DWconv2 = ops.Conv2d(24, 24, 3, padding=1, groups=24)

    def forward(self, logits: Tensor) -> Tensor:
        once = self.DWconv1(smish(logits))
        twice = self.DWconv2(smish(once))
        return smish((twice + once).sum(1, keepdim=True))


class TinyEdges(nn.Module):
    """(B, 3, H, W) RGB in [0, 255], sides multiples of 8 -> (B, 4, H, W): edge logits, of three scales and fused."""

    def __init__(self, ops: Any):
        super().__init__()
        first, second, third = WIDTHS
        self.block_1 = Block(3, first, 2, True, ops)
        self.block_2 = Block(first, second, 1, False, ops)
        self.dblock_3 = nn.ModuleDict({"denselayer1": Dense(second, third, ops)})
        self.side_1 = Side(first, second, 2, ops)
        self.pre_dense_3 = Side(second, third, 1, ops)
        self.up_block_1, self.up_block_2, self.up_block_3 = Up(first, 1, ops), Up(second, 1, ops), Up(third, 2, ops)
        self.block_cat = DoubleFusion(ops)

    def forward(self, image: Tensor) -> Tensor:
        first = self.block_1(image)
        second = self.block_2(first)
        down = max_pool2d(second, 3, stride=2, padding=1)
        third = self.dblock_3["denselayer1"](down + self.side_1(first), self.pre_dense_3(down))
        logits = torch.cat([self.up_block_1(first), self.up_block_2(second), self.up_block_3(third)], 1)
        return torch.cat([logits, self.block_cat(logits)], 1)


def build(weights: Weights, ops: Any) -> TinyEdges:
    return TinyEdges(ops)


SIGNATURE = "block_1.conv1.weight", "dblock_3.denselayer1.conv1.weight", "block_cat.DWconv1.weight"
TEED = Pretrained(
    id="teed",
    signature=SIGNATURE,
    build=build,
    files=(
        Published(
            name="7_model.pth",
            url="https://huggingface.co/bdsqlsz/qinglong_controlnet-lllite/resolve/main/Annotators/7_model.pth",
            size=247_232,
            sha256="b9037964149c55156c6adbffdfbd7e8ca7d2ef2a4d90573520efa7f3a1aacf06",
            licence="CC-BY-NC-SA-4.0 (its repository's; TEED's own code is MIT)",
            non_commercial=True,
        ),
    ),
    channels_last=True,
)
MTEED = Pretrained(
    id="mteed",
    signature=SIGNATURE,
    build=build,
    files=(
        Published(
            name="MTEED.pth",
            url="https://huggingface.co/TheMistoAI/MistoLine/resolve/main/Anyline/MTEED.pth",
            size=248_298,
            sha256="a3c2d8a8ce9422555c787160bd46362d761325a565333c0e3f6a53e0bae2abdb",
            licence="OpenRAIL++-M",
        ),
    ),
    channels_last=True,
)
