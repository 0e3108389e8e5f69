"""HED as ControlNet has it: Xie and Tu 2015, "Holistically-Nested Edge Detection", arXiv:1504.06375.

The layers and names are those of lllyasviel/ControlNet, annotator/hed (Apache-2.0), trained anew on RGB.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, relu

from ..pretrained import Pretrained, Published, Weights

COUNTS = 2, 2, 3, 3, 3  # convolutions of the stages


class Stage(nn.Module):
    def __init__(self, inner: int, outer: int, count: int, ops: Any):
        super().__init__()
        self.convs = nn.ModuleList(
            ops.Conv2d(inner if index == 0 else outer, outer, 3, padding=1) for index in range(count)
        )
        self.projection = ops.Conv2d(outer, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        for conv in self.convs:
            x = relu(conv(x))
        return x, self.projection(x)


class HolisticEdges(nn.Module):
    """(B, 3, H, W) RGB in [0, 255], sides multiples of 16 -> five logits (B, 1, H / 2**i, W / 2**i) of an edge."""

    def __init__(self, widths: list[int], ops: Any):
        """`widths` are the channels of the stages."""
        super().__init__()
        self.norm = nn.Parameter(torch.zeros(1, 3, 1, 1))
        for number, shape in enumerate(zip((3, *widths), widths, COUNTS), 1):
            self.add_module(f"block{number}", Stage(*shape, ops))

    def forward(self, image: Tensor) -> list[Tensor]:
        x, logits = image - self.norm, []
        for number in range(1, len(COUNTS) + 1):
            x, logit = self.get_submodule(f"block{number}")(x if number == 1 else max_pool2d(x, 2))
            logits.append(logit)
        return logits


def build(weights: Weights, ops: Any) -> HolisticEdges:
    return HolisticEdges([weights[f"block{number}.projection.weight"].shape[1] for number in range(1, 6)], ops)


HED = Pretrained(
    id="hed",
    signature=("norm", "block1.convs.0.weight", "block5.projection.weight"),
    build=build,
    files=(
        Published(
            name="ControlNetHED.pth",
            url="https://huggingface.co/lllyasviel/Annotators/resolve/main/ControlNetHED.pth",
            size=29_444_406,
            sha256="5ca93762ffd68a29fee1af9d495bf6aab80ae86f08905fb35472a083a4c7a8fa",
            licence="Apache-2.0",
        ),
    ),
    channels_last=True,
)
