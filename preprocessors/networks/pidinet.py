"""PiDiNet: Su et al. 2021, "Pixel Difference Networks for Efficient Edge Detection", arXiv:2108.07009.

The layers and names are those of hellozhuo/pidinet, models/pidinet.py, in its form carv4 with spatial attention and
dilation, of any width. Its difference convolutions are linear: `folded` turns them into plain ones.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d, relu

from ..pretrained import Pretrained, Published, Weights, unwrapped

STAGES = 4
DILATIONS = 5, 7, 9, 11
KINDS = (
    "central",
    "angular",
    "radial",
    "plain",
)  # of the convolutions of a stage, in turn; the first stage's is init_block
CLOCKWISE = 3, 0, 1, 6, 4, 2, 7, 8, 5  # the neighbour before each of 3 x 3 in the direction of a clock
INNER, OUTER = (6, 7, 8, 11, 13, 16, 17, 18), (0, 2, 4, 10, 14, 20, 22, 24)  # of 5 x 5, in the order of 3 x 3


def central(weight: Tensor) -> Tensor:
    """A pixel minus the centre: (O, I, 3, 3) for plain convolution."""
    folded = weight.clone()
    folded[..., 1, 1] -= weight.sum((2, 3))
    return folded


def angular(weight: Tensor) -> Tensor:
    """A pixel minus the next clockwise: (O, I, 3, 3)."""
    flat = weight.flatten(2)
    return (flat - flat[..., CLOCKWISE]).view_as(weight)


def radial(weight: Tensor) -> Tensor:
    """A pixel two away minus the one between: (O, I, 5, 5). The first weight is not used: upstream leaves it out."""
    folded, around = weight.new_zeros(*weight.shape[:2], 25), weight.flatten(2)[..., 1:]
    folded[..., OUTER] = around
    folded[..., INNER] = -around
    return folded.unflatten(2, (5, 5))


FOLD: dict[str, Callable[[Tensor], Tensor]] = {"central": central, "angular": angular, "radial": radial}


def convolutions() -> dict[str, str]:
    """What kind of convolution each weight is of."""
    first = {"init_block.weight": KINDS[0]} | {f"block1_{i}.conv1.weight": KINDS[i] for i in (1, 2, 3)}
    return first | {f"block{s}_{i + 1}.conv1.weight": KINDS[i] for s in (2, 3, 4) for i in range(4)}


def folded(weights: Weights) -> dict[str, Tensor]:
    """The weights of plain convolutions, folded in double precision; those that are plain already are left alone."""
    plain = unwrapped(weights)
    radials = [plain.get(key) for key, kind in convolutions().items() if kind == "radial"]
    if any(weight is None or weight.shape[-1] != 3 for weight in radials):
        return plain
    kinds = {key: kind for key, kind in convolutions().items() if kind in FOLD}
    return plain | {key: FOLD[kind](plain[key].double()).float() for key, kind in kinds.items()}


class Block(nn.Module):
    """A convolution of each channel, one across channels, and a skip; `down` halves the size first."""

    def __init__(self, inner: int, outer: int, kernel: int, down: bool, ops: Any):
        super().__init__()
        self.shortcut = ops.Conv2d(inner, outer, 1) if down else None
        self.conv1 = ops.Conv2d(inner, inner, kernel, padding=kernel // 2, groups=inner, bias=False)
        self.conv2 = ops.Conv2d(inner, outer, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x if self.shortcut is None else max_pool2d(x, 2)
        y = self.conv2(relu(self.conv1(x)))
        return y + (x if self.shortcut is None else self.shortcut(x))


class Dilated(nn.Module):
    """The sum of four dilated convolutions."""

    def __init__(self, inner: int, outer: int, ops: Any):
        super().__init__()
        self.conv1 = ops.Conv2d(inner, outer, 1)
        for number, rate in enumerate(DILATIONS, 1):
            conv = ops.Conv2d(outer, outer, 3, dilation=rate, padding=rate, bias=False)
            self.add_module(f"conv2_{number}", conv)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(relu(x))
        return self.conv2_1(x) + self.conv2_2(x) + self.conv2_3(x) + self.conv2_4(x)


class Attention(nn.Module):
    """Weighs each place."""

    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.conv1 = ops.Conv2d(width, 4, 1)
        self.conv2 = ops.Conv2d(4, 1, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.conv2(self.conv1(relu(x))).sigmoid()


class Reduce(nn.Module):
    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.conv = ops.Conv2d(width, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class PixelDifferences(nn.Module):
    """(B, 3, H, W) BGR in [0, 1], sides multiples of 8 -> (B, 1, H, W): the logit of an edge."""

    def __init__(self, widths: list[int], dilated: int, ops: Any):
        """`widths` are the channels of the four stages, `dilated` those of the dilated features."""
        super().__init__()
        self.init_block = ops.Conv2d(3, widths[0], 3, padding=1, bias=False)
        for stage, (inner, outer) in enumerate(zip((widths[0], *widths), widths), 1):
            first = 1 if stage == 1 else 0
            for index in range(first, 4):
                down, kernel = stage > 1 and index == 0, 5 if KINDS[index] == "radial" else 3
                name = f"block{stage}_{index + 1 - first}"
                self.add_module(name, Block(inner if index == first else outer, outer, kernel, down, ops))
        self.dilations = nn.ModuleList(Dilated(width, dilated, ops) for width in widths)
        self.attentions = nn.ModuleList(Attention(dilated, ops) for _ in widths)
        self.conv_reduces = nn.ModuleList(Reduce(dilated, ops) for _ in widths)
        self.classifier = ops.Conv2d(len(widths), 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        x, logits = self.init_block(image), []
        for stage in range(STAGES):
            for name in self._blocks(stage + 1):
                x = self.get_submodule(name)(x)
            logit = self.conv_reduces[stage](self.attentions[stage](self.dilations[stage](x)))
            logits.append(interpolate(logit, tuple(image.shape[-2:]), mode="bilinear", align_corners=False))
        return self.classifier(torch.cat(logits, 1))

    def _blocks(self, stage: int) -> list[str]:
        return [f"block{stage}_{number}" for number in range(1, 4 if stage == 1 else 5)]


def build(weights: Weights, ops: Any) -> PixelDifferences:
    dilations = [weights[f"dilations.{stage}.conv1.weight"].shape for stage in range(STAGES)]
    return PixelDifferences([shape[1] for shape in dilations], dilations[0][0], ops)


PIDINET = Pretrained(
    id="pidinet",
    signature=("init_block.weight", "block1_1.conv1.weight", "dilations.0.conv2_1.weight", "classifier.weight"),
    build=build,
    files=(
        Published(
            name="table5_pidinet.pth",
            url="https://huggingface.co/lllyasviel/Annotators/resolve/main/table5_pidinet.pth",
            size=2_871_148,
            sha256="80860ac267258b5f27486e0ef152a211d0b08120f62aeb185a050acc30da486c",
            licence="research only; ask the authors for commercial use",
            non_commercial=True,
        ),
    ),
    canonical=folded,
    channels_last=True,
)
