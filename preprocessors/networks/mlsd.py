"""M-LSD: Gu et al. 2021, "Towards Light-weight and Real-time Line Segment Detection", arXiv:2106.00186.

The layers and names are those of lhwcv/mlsd_pytorch, mbv2_mlsd_large.py and mbv2_mlsd_tiny.py (Apache-2.0), on
MobileNetV2 (arXiv:1801.04381).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pad

from ..pretrained import Pretrained, Published, Weights

STEM = 32  # channels of the first convolution
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1))  # widening, width, repeats, stride
WIDE = 64  # channels of most that reads the backbone
OUTPUTS = 16  # channels of the last convolution; what describes lines starts at the eighth
DESCRIPTION = 7


class Convolution(nn.Sequential):
    """Convolution, norm, activation. TensorFlow's padding: a stride of 2 pads right and below."""

    def __init__(self, inner: int, outer: int, ops: Any, kernel: int = 3, stride: int = 1, groups: int = 1):
        padding = 0 if stride == 2 else kernel // 2
        conv = ops.Conv2d(inner, outer, kernel, stride, padding, groups=groups, bias=False)
        super().__init__(conv, nn.BatchNorm2d(outer), nn.ReLU6())
        self.strided = stride == 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(pad(x, (0, 1, 0, 1)) if self.strided else x)


class Inverted(nn.Module):
    """MobileNetV2's block: widen, filter each channel, narrow."""

    def __init__(self, inner: int, outer: int, stride: int, widening: int, ops: Any):
        super().__init__()
        wide = inner * widening
        widen = [Convolution(inner, wide, ops, kernel=1)] if widening > 1 else []
        narrow = ops.Conv2d(wide, outer, 1, bias=False), nn.BatchNorm2d(outer)
        self.conv = nn.Sequential(*widen, Convolution(wide, wide, ops, stride=stride, groups=wide), *narrow)
        self.residual = stride == 1 and inner == outer

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.residual else self.conv(x)


class Backbone(nn.Module):
    """The features after each of the first `stages` of MobileNetV2, at 1/2, 1/4, 1/8, 1/16 and 1/16 of the size."""

    def __init__(self, stages: int, ops: Any):
        super().__init__()
        width, self.features, self.ends = STEM, nn.ModuleList([Convolution(4, STEM, ops, stride=2)]), []
        for widening, outer, repeats, stride in STAGES[:stages]:
            for index in range(repeats):
                self.features.append(Inverted(width, outer, 1 if index else stride, widening, ops))
                width = outer
            self.ends.append(len(self.features) - 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        for index, layer in enumerate(self.features):
            x = layer(x)
            features += [x] if index in self.ends else []
        return features


class Merge(nn.Module):
    """Features of the backbone beside what comes from below, which it brings to their size."""

    def __init__(self, fine: int, coarse: int, width: int, ops: Any):
        super().__init__()
        self.conv1 = _unit(coarse, width, ops, kernel=1)
        self.conv2 = _unit(fine, width, ops, kernel=1)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        fine, coarse = self.conv2(fine), self.conv1(coarse)
        if coarse.shape[-1] != fine.shape[-1]:
            coarse = interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=True)
        return torch.cat([fine, coarse], 1)


class Refine(nn.Module):
    def __init__(self, inner: int, outer: int, ops: Any):
        super().__init__()
        self.conv1, self.conv2 = _unit(inner, inner, ops), _unit(inner, outer, ops)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(x) + x)


class Head(nn.Module):
    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.conv1, self.conv2 = _unit(width, width, ops, dilation=5), _unit(width, width, ops)
        self.conv3 = ops.Conv2d(width, OUTPUTS, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(self.conv2(self.conv1(x)))[:, DESCRIPTION:]


class Segments(nn.Module):
    """(B, 4, H, W), RGB and ones in [-1, 1], sides multiples of 32 -> (B, 9, H / 2, W / 2).

    Channel 0 is the logit of a line's centre, 1 to 4 are x and y of its two ends, seen from the centre, in pixels of
    this size. `merges` are the widths that it merges, fine and coarse and their own, from the coarsest; the blocks are
    named from `first` on. The tiny one draws at a quarter of the size, and doubles it.
    """

    def __init__(self, first: int, stages: int, merges: tuple[tuple[int, int, int], ...], ops: Any):
        super().__init__()
        self.backbone = Backbone(stages, ops)
        self.names = [f"block{first + index}" for index in range(2 * len(merges) + 1)]
        for index, (fine, coarse, width) in enumerate(merges):
            self.add_module(self.names[2 * index], Merge(fine, coarse, width, ops))
            self.add_module(self.names[2 * index + 1], Refine(2 * width, WIDE, ops))
        self.add_module(self.names[-1], Head(WIDE, ops))

    def forward(self, image: Tensor) -> Tensor:
        x, *finer = reversed(self.backbone(image))
        for index in range(len(self.names) // 2):
            merge, refine = (self.get_submodule(self.names[2 * index + step]) for step in (0, 1))
            x = refine(merge(finer[index], x))
        x = self.get_submodule(self.names[-1])(x)
        half = x.shape[-1] * 2 == image.shape[-1]
        return x if half else interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True)


def _unit(inner: int, outer: int, ops: Any, kernel: int = 3, dilation: int = 1) -> nn.Sequential:
    conv = ops.Conv2d(inner, outer, kernel, padding=dilation * (kernel // 2), dilation=dilation)
    return nn.Sequential(conv, nn.BatchNorm2d(outer), nn.ReLU())


LARGE = ((64, 96, WIDE), (32, WIDE, WIDE), (24, WIDE, WIDE), (16, WIDE, WIDE))
TINY = ((32, 64, WIDE), (24, WIDE, WIDE // 2))


def large(ops: Any) -> Segments:
    return Segments(15, 5, LARGE, ops)


def tiny(ops: Any) -> Segments:
    return Segments(12, 4, TINY, ops)


def build(weights: Weights, ops: Any) -> Segments:
    return large(ops) if "block23.conv3.weight" in weights else tiny(ops)


MLSD = Pretrained(
    id="mlsd",
    signature=("backbone.features.0.0.weight", "block15.conv1.0.weight", "block16.conv1.0.weight"),
    build=build,
    files=(
        Published(
            name="mlsd_large_512_fp32.pth",
            url="https://huggingface.co/lllyasviel/Annotators/resolve/main/mlsd_large_512_fp32.pth",
            size=6_341_481,
            sha256="5696f168eb2c30d4374bbfd45436f7415bb4d88da29bea97eea0101520fba082",
            licence="Apache-2.0",
        ),
        Published(
            name="mlsd_tiny_512_fp32.pth",
            url="https://huggingface.co/lllyasviel/ControlNet/resolve/main/annotator/ckpts/mlsd_tiny_512_fp32.pth",
            size=2_613_835,
            sha256="3f2323cfb9faec5a0ef2454c4f68998da21a9f1b7918ce89b85886628b750b94",
            licence="Apache-2.0",
        ),
    ),
    channels_last=True,
)
