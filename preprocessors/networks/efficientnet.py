"""EfficientNet: Tan and Le 2019, arXiv:1905.11946, in TensorFlow's form.

The names are those of huggingface/pytorch-image-models (Apache-2.0), timm/models/_efficientnet_blocks.py.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pad, silu

from ..pretrained import Weights

KINDS = ((3, 1, 1), (3, 2, 6), (5, 2, 6), (3, 2, 6), (5, 1, 6), (5, 2, 6), (3, 1, 6))  # kernel, stride, widening
EPSILON = 1e-3  # TensorFlow's


@dataclass(frozen=True)
class Widths:
    """Channels of the first convolution and of the last, and for each of seven stages its channels and blocks."""

    stem: int
    stages: tuple[tuple[int, int], ...]
    head: int


class Squeeze(nn.Module):
    def __init__(self, width: int, inner: int, ops: Any):
        super().__init__()
        self.conv_reduce = ops.Conv2d(width, inner, 1)
        self.conv_expand = ops.Conv2d(inner, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean((2, 3), keepdim=True)
        return x * self.conv_expand(silu(self.conv_reduce(mean))).sigmoid()


class Separable(nn.Module):
    """A block of the first stage: each channel by itself, then all together."""

    def __init__(self, inner: int, outer: int, kernel: int, stride: int, ops: Any):
        super().__init__()
        self.skips = stride == 1 and inner == outer
        self.conv_dw = depthwise(inner, kernel, stride, ops)
        self.bn1 = norm(inner)
        self.se = Squeeze(inner, inner // 4, ops)
        self.conv_pw = ops.Conv2d(inner, outer, 1, bias=False)
        self.bn2 = norm(outer)

    def forward(self, x: Tensor) -> Tensor:
        y = self.se(silu(self.bn1(same(self.conv_dw, x))))
        y = self.bn2(self.conv_pw(y))
        return x + y if self.skips else y


class Inverted(nn.Module):
    """A block that works on more channels than it is given."""

    def __init__(self, inner: int, outer: int, kernel: int, stride: int, widening: int, ops: Any):
        super().__init__()
        width = inner * widening
        self.skips = stride == 1 and inner == outer
        self.conv_pw = ops.Conv2d(inner, width, 1, bias=False)
        self.bn1 = norm(width)
        self.conv_dw = depthwise(width, kernel, stride, ops)
        self.bn2 = norm(width)
        self.se = Squeeze(width, inner // 4, ops)
        self.conv_pwl = ops.Conv2d(width, outer, 1, bias=False)
        self.bn3 = norm(outer)

    def forward(self, x: Tensor) -> Tensor:
        y = silu(self.bn1(self.conv_pw(x)))
        y = self.se(silu(self.bn2(same(self.conv_dw, y))))
        y = self.bn3(self.conv_pwl(y))
        return x + y if self.skips else y


class EfficientNet(nn.Module):
    """(B, 3, H, W) by ImageNet's mean and deviation -> maps at 1/2, 1/4, 1/8, 1/16 and, of all stages, at 1/32."""

    TAPS = (0, 1, 2, 4)

    def __init__(self, widths: Widths, ops: Any):
        super().__init__()
        self.conv_stem = ops.Conv2d(3, widths.stem, 3, 2, bias=False)
        self.bn1 = norm(widths.stem)
        self.blocks, inner = nn.ModuleList(), widths.stem
        for (width, count), kind in zip(widths.stages, KINDS):
            self.blocks.append(stage(inner, width, count, kind, ops))
            inner = width
        self.conv_head = ops.Conv2d(inner, widths.head, 1, bias=False)
        self.bn2 = norm(widths.head)  # of the classifier; the files hold it

    def forward(self, image: Tensor) -> list[Tensor]:
        x, maps = silu(self.bn1(same(self.conv_stem, image))), []
        for index, blocks in enumerate(self.blocks):
            x = blocks(x)
            if index in self.TAPS:
                maps.append(x)
        return [*maps, self.conv_head(x)]


def widths_of(weights: Weights, prefix: str) -> Widths:
    """What the weights of a network under `prefix` say of it."""

    def outer(index: int) -> int:
        return len(weights[f"{prefix}blocks.{index}.0.{'bn3' if index else 'bn2'}.weight"])

    def count(index: int) -> int:
        start = f"{prefix}blocks.{index}."
        return sum(key.startswith(start) and key.endswith(".conv_dw.weight") for key in weights)

    stages = tuple((outer(index), count(index)) for index in range(len(KINDS)))
    return Widths(len(weights[f"{prefix}conv_stem.weight"]), stages, len(weights[f"{prefix}conv_head.weight"]))


def stage(inner: int, outer: int, count: int, kind: tuple[int, int, int], ops: Any) -> nn.Sequential:
    kernel, stride, widening = kind
    blocks = nn.Sequential()
    for index in range(count):
        shape = (inner, outer, kernel, stride) if index == 0 else (outer, outer, kernel, 1)
        blocks.append(Separable(*shape, ops) if widening == 1 else Inverted(*shape, widening, ops))
    return blocks


def depthwise(width: int, kernel: int, stride: int, ops: Any) -> nn.Module:
    return ops.Conv2d(width, width, kernel, stride, groups=width, bias=False)


def norm(width: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(width, eps=EPSILON)


def same(conv: nn.Module, x: Tensor) -> Tensor:
    return conv(pad(x, same_border(x, conv.kernel_size[0], conv.stride[0])))


def same_border(x: Tensor, kernel: int, stride: int) -> list[int]:
    """TensorFlow's SAME: as many pixels out as strides fit in, the odd pixel of the border at the right and below."""
    border: list[int] = []
    for length in (x.shape[-1], x.shape[-2]):
        total = max((ceil(length / stride) - 1) * stride + kernel - length, 0)
        border += [total // 2, total - total // 2]
    return border
