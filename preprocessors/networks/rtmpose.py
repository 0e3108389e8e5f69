"""RTMPose for whole bodies: Jiang et al. 2023, arXiv:2303.07399; DWPose's weights: Yang et al. 2023, arXiv:2307.15880.

CSPNeXt as mmdetection, models/backbones/cspnext.py, and the head as mmpose, models/heads/coord_cls_heads/rtmcc_head.py,
build them (both Apache-2.0), with each batch norm folded into the convolution before it.
"""

from math import sqrt
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import hardsigmoid, max_pool2d, relu, silu

from ..pretrained import Pretrained, Published, Weights
from .rtmpose_layouts import canonical

POOLS = (5, 9, 13)  # sides of the last stage's windows
BINS = 2  # for each pixel of a side
EPSILON = 1e-5  # mmpose's for ScaleNorm


class Convolution(nn.Module):
    """A convolution with its batch norm folded in, and SiLU; its sizes are those of the weights named `name`."""

    def __init__(self, weights: Weights, name: str, ops: Any, stride: int = 1):
        super().__init__()
        outputs, inputs, size, _ = weights[f"{name}.conv.weight"].shape
        groups = outputs if inputs == 1 else 1
        self.conv = ops.Conv2d(inputs * groups, outputs, size, stride, size // 2, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        return silu(self.conv(x))


class Block(nn.Module):
    """A 3 x 3 convolution, then a 5 x 5 one in each channel and a mix of the channels."""

    def __init__(self, weights: Weights, name: str, ops: Any, residual: bool):
        super().__init__()
        self.conv1 = Convolution(weights, f"{name}.conv1", ops)
        parts = ("depthwise_conv", "pointwise_conv")
        self.conv2 = nn.ModuleDict({part: Convolution(weights, f"{name}.conv2.{part}", ops) for part in parts})
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(x)
        for part in self.conv2.values():
            y = part(y)
        return x + y if self.residual else y


class Attention(nn.Module):
    """Each channel's weight, from the mean of all."""

    def __init__(self, weights: Weights, name: str, ops: Any):
        super().__init__()
        channels = len(weights[f"{name}.fc.bias"])
        self.fc = ops.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * hardsigmoid(self.fc(x.mean((2, 3), keepdim=True)))


class PartialLayer(nn.Module):
    """Half of the channels through blocks, the other half past them (CSP), then attention over both."""

    def __init__(self, weights: Weights, name: str, ops: Any, residual: bool):
        super().__init__()
        for part in ("short_conv", "main_conv", "final_conv"):
            self.add_module(part, Convolution(weights, f"{name}.{part}", ops))
        count = _count(weights, f"{name}.blocks")
        self.blocks = nn.Sequential(*(Block(weights, f"{name}.blocks.{i}", ops, residual) for i in range(count)))
        self.attention = Attention(weights, f"{name}.attention", ops)

    def forward(self, x: Tensor) -> Tensor:
        past = self.short_conv(x)
        return self.final_conv(self.attention(torch.cat([self.blocks(self.main_conv(x)), past], 1)))


class Pooling(nn.Module):
    """The largest values in windows of several sizes, beside the values themselves."""

    def __init__(self, weights: Weights, name: str, ops: Any):
        super().__init__()
        self.conv1 = Convolution(weights, f"{name}.conv1", ops)
        self.conv2 = Convolution(weights, f"{name}.conv2", ops)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        return self.conv2(torch.cat([x, *(max_pool2d(x, size, 1, size // 2) for size in POOLS)], 1))


class Backbone(nn.Module):
    """(B, 3, H, W) -> (B, C, H/32, W/32)."""

    def __init__(self, weights: Weights, ops: Any):
        super().__init__()
        stem = [Convolution(weights, f"backbone.stem.{i}", ops, stride=2 - (i > 0)) for i in range(3)]
        self.stem = nn.Sequential(*stem)
        for number in (1, 2, 3, 4):
            name, last = f"backbone.stage{number}", number == 4
            pooling = [Pooling(weights, f"{name}.1", ops)] if last else []
            partial = PartialLayer(weights, f"{name}.{1 + last}", ops, residual=not last)
            self.add_module(
                f"stage{number}", nn.Sequential(Convolution(weights, f"{name}.0", ops, 2), *pooling, partial)
            )

    def forward(self, image: Tensor) -> Tensor:
        return self.stage4(self.stage3(self.stage2(self.stage1(self.stem(image)))))


class ScaleNorm(nn.Module):
    """Each token divided by the root of its mean square: Nguyen and Salazar 2019, arXiv:1910.05895."""

    def __init__(self):
        super().__init__()
        self.g = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True) * x.shape[-1] ** -0.5
        return x / norm.clamp(min=EPSILON) * self.g


class GatedAttention(nn.Module):
    """Attention among the points with a squared ReLU for its weights: Hua et al. 2022, arXiv:2202.10447."""

    def __init__(self, weights: Weights, name: str, ops: Any):
        super().__init__()
        inner, outer = reversed(weights[f"{name}.o.weight"].shape)
        self.gamma = nn.Parameter(torch.ones(weights[f"{name}.gamma"].shape))
        self.beta = nn.Parameter(torch.zeros(weights[f"{name}.beta"].shape))
        self.shared = self.gamma.shape[1]
        self.ln = ScaleNorm()
        self.uv = ops.Linear(outer, 2 * inner + self.shared, bias=False)
        self.o = ops.Linear(inner, outer, bias=False)
        self.res_scale = nn.ParameterDict({"scale": torch.ones(outer)})

    def forward(self, x: Tensor) -> Tensor:
        joined = silu(self.uv(self.ln(x)))
        gate, value, base = joined.split([self.o.in_features, self.o.in_features, self.shared], -1)
        query, key = (base[..., None, :] * self.gamma + self.beta).unbind(-2)
        kernel = relu(query @ key.mT / sqrt(self.shared)).square()
        return x * self.res_scale["scale"] + self.o(gate * (kernel @ value))


class Head(nn.Module):
    """(B, C, h, w) -> how likely each point is in each bin along x (B, N, X) and along y (B, N, Y)."""

    def __init__(self, weights: Weights, ops: Any):
        super().__init__()
        points, channels, size, _ = weights["head.final_layer.weight"].shape
        self.final_layer = ops.Conv2d(channels, points, size, padding=size // 2)
        self.mlp = nn.Sequential(ScaleNorm(), _linear(weights, "head.mlp.1", ops))
        self.gau = GatedAttention(weights, "head.gau", ops)
        self.cls_x = _linear(weights, "head.cls_x", ops)
        self.cls_y = _linear(weights, "head.cls_y", ops)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        points = self.gau(self.mlp(self.final_layer(features).flatten(2)))
        return self.cls_x(points), self.cls_y(points)


class WholeBodyNetwork(nn.Module):
    """(B, 3, H, W) RGB, by ImageNet's mean and deviation -> scores of 133 points, (B, 133, 2 W) and (B, 133, 2 H).

    The points are COCO-WholeBody's, two bins make a pixel, and `size` is H, W: 384, 288 for DWPose's best weights.
    """

    def __init__(self, weights: Weights, ops: Any):
        super().__init__()
        self.backbone, self.head = Backbone(weights, ops), Head(weights, ops)
        self.size = self.head.cls_y.out_features // BINS, self.head.cls_x.out_features // BINS

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        return self.head(self.backbone(image))


def _linear(weights: Weights, name: str, ops: Any) -> nn.Module:
    outputs, inputs = weights[f"{name}.weight"].shape
    return ops.Linear(inputs, outputs, bias=False)


def _count(weights: Weights, name: str) -> int:
    return len({key.removeprefix(f"{name}.").split(".")[0] for key in weights if key.startswith(f"{name}.")})


RTMPOSE = Pretrained(
    id="dwpose",
    signature=("backbone.stem.0.conv.bias", "backbone.stage4.2.attention.fc.weight", "head.gau.uv.weight"),
    build=WholeBodyNetwork,
    files=(
        Published(
            name="dw-ll_ucoco_384.onnx",
            url="https://huggingface.co/yzd-v/DWPose/resolve/main/dw-ll_ucoco_384.onnx",
            size=134_399_116,
            sha256="724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843",
            licence="Apache-2.0",
        ),
    ),
    canonical=canonical,
)
