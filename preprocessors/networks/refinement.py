"""The decoder of DPT: Ranftl et al. 2021, "Vision Transformers for Dense Prediction", arXiv:2103.13413.

Its names are those of isl-org/MiDaS (MIT), midas/blocks.py, which Depth Anything kept.
"""

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import interpolate, relu

from ..resize import Size


class ResidualUnit(nn.Module):
    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.conv1 = ops.Conv2d(width, width, 3, padding=1)
        self.conv2 = ops.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(relu(self.conv1(relu(x))))


class Fusion(nn.Module):
    """What has come so far and a map of its size -> one of the size asked for. The deepest has no map to add."""

    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.resConfUnit1 = ResidualUnit(width, ops)
        self.resConfUnit2 = ResidualUnit(width, ops)
        self.out_conv = ops.Conv2d(width, width, 1)

    def forward(self, x: Tensor, size: Size, map: Tensor | None = None) -> Tensor:
        x = x if map is None else x + self.resConfUnit1(map)
        return self.out_conv(interpolate(self.resConfUnit2(x), size, mode="bilinear", align_corners=True))


class Refinement(nn.Module):
    """Four maps of falling size, of `widths` channels -> (B, width, 2 H, 2 W) where the first is (H, W)."""

    def __init__(self, widths: list[int], width: int, ops: Any):
        super().__init__()
        for number, own in enumerate(widths, 1):
            self.add_module(f"layer{number}_rn", ops.Conv2d(own, width, 3, padding=1, bias=False))
            self.add_module(f"refinenet{number}", Fusion(width, ops))

    def forward(self, maps: list[Tensor]) -> Tensor:
        one, two, three, four = (self.get_submodule(f"layer{number}_rn")(map) for number, map in enumerate(maps, 1))
        x = self.refinenet4(four, three.shape[-2:])
        x = self.refinenet3(x, two.shape[-2:], three)
        x = self.refinenet2(x, one.shape[-2:], two)
        return self.refinenet1(x, (2 * one.shape[-2], 2 * one.shape[-1]), one)
