"""Structural lines from manga: Li, Liu and Wong 2017, "Deep Extraction of Manga Structural Lines",
doi:10.1145/3072959.3073675.

The layers and names are those of ljsabc/MangaLineExtraction_PyTorch, model_torch.py (MIT).
"""

from typing import Any

from torch import Tensor, nn

from ..pretrained import Pretrained, Published, Weights

REPEATS = 2, 3, 5, 7, 12  # blocks of each size on the way down, and but for the last on the way up


class Convolution(nn.Module):
    """Norm, activation, convolution, and twice the size where it goes `up`."""

    def __init__(self, inner: int, outer: int, ops: Any, kernel: int = 3, stride: int = 1, up: bool = False):
        super().__init__()
        conv = ops.Conv2d(inner, outer, kernel, stride=stride, padding=kernel // 2)
        self.model = nn.Sequential(nn.BatchNorm2d(inner, eps=1e-3), nn.LeakyReLU(0.2), conv, *_doubling(up))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class Shortcut(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int, up: bool, ops: Any):
        super().__init__()
        self.model = nn.Sequential(ops.Conv2d(inner, outer, 1, stride=stride), *_doubling(up))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class Block(nn.Module):
    """Two convolutions beside a shortcut, which is plain where neither width nor size changes."""

    def __init__(self, inner: int, outer: int, ops: Any, stride: int = 1, up: bool = False):
        super().__init__()
        self.conv1 = Convolution(inner, outer, ops, stride=stride, up=up)
        self.residual = Convolution(outer, outer, ops)
        self.shortcut = Shortcut(inner, outer, stride, up, ops) if inner != outer or stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        return self.residual(self.conv1(x)) + (x if self.shortcut is None else self.shortcut(x))


class Blocks(nn.Module):
    def __init__(self, *blocks: Block):
        super().__init__()
        self.model = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class StructuralLines(nn.Module):
    """(B, 1, H, W) grey in [0, 255], sides multiples of 16 -> (B, 1, H, W), about [0, 255]: black lines on white."""

    def __init__(self, widths: list[int], last: int, ops: Any):
        """`widths` are the channels of the five sizes, `last` those before the last convolution."""
        super().__init__()
        self.block0 = _same(1, widths[0], REPEATS[0], ops)
        for index in range(1, 5):
            inner, outer, repeats = widths[index - 1], widths[index], REPEATS[index]
            strides = [1] * (repeats - 1) + [2]
            blocks = [Block(outer if i else inner, outer, ops, stride) for i, stride in enumerate(strides)]
            self.add_module(f"block{index}", Blocks(*blocks))
        for index in range(5, 9):
            inner, outer, repeats = widths[9 - index], widths[8 - index], REPEATS[8 - index]
            rest = [Block(outer, outer, ops) for _ in range(repeats - 1)]
            self.add_module(f"block{index}", Blocks(Block(inner, outer, ops, up=True), *rest))
        self.block9 = _same(widths[0], last, 2, ops)
        self.conv15 = Convolution(last, 1, ops, kernel=1)

    def forward(self, grey: Tensor) -> Tensor:
        x, skips = grey, []
        for index in range(5):
            x = self.get_submodule(f"block{index}")(x)
            skips.append(x)
        for index in range(5, 9):
            x = self.get_submodule(f"block{index}")(x) + skips[8 - index]
        return self.conv15(self.block9(x))


def _same(inner: int, outer: int, repeats: int, ops: Any) -> Blocks:
    return Blocks(*(Block(outer if index else inner, outer, ops) for index in range(repeats)))


def _doubling(up: bool) -> tuple[nn.Module, ...]:
    return (nn.Upsample(scale_factor=2, mode="nearest"),) if up else ()


def build(weights: Weights, ops: Any) -> StructuralLines:
    *widths, last = (weights[f"block{index}.model.0.conv1.model.2.weight"].shape[0] for index in (0, 1, 2, 3, 4, 9))
    return StructuralLines(widths, last, ops)


MANGA = Pretrained(
    id="manga_line",
    signature=("block0.model.0.conv1.model.0.weight", "block9.model.0.conv1.model.2.weight", "conv15.model.2.weight"),
    build=build,
    files=(
        Published(
            name="erika.pth",
            url="https://huggingface.co/lllyasviel/Annotators/resolve/main/erika.pth",
            size=172_789_563,
            sha256="badbd6baf013cefbd98993307b02cc14a26c770d067416e4fdecc8720b88feeb",
            licence="MIT",
        ),
    ),
    channels_last=True,
)
