"""NormalBAE: Bae, Budvytis and Cipolla 2021, "Estimating and Exploiting the Aleatoric Uncertainty in Surface Normal
Estimation", arXiv:2109.09881.

The layers and names are those of baegwangbin/surface_normal_uncertainty (MIT), models/, as it predicts: every pixel is
refined, none is sampled.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, normalize

from ..pretrained import Pretrained, Published, Weights
from .efficientnet import EfficientNet, Widths, widths_of

ENCODER = "encoder.original_model."


class Encoder(nn.Module):
    def __init__(self, widths: Widths, ops: Any):
        super().__init__()
        self.original_model = EfficientNet(widths, ops)

    def forward(self, image: Tensor) -> list[Tensor]:
        return self.original_model(image)


class Upsampling(nn.Module):
    """A map at the size of another one, which it takes in."""

    def __init__(self, inner: int, outer: int, ops: Any):
        super().__init__()
        layers = [nn.BatchNorm2d(outer), nn.LeakyReLU()]
        second = [ops.Conv2d(outer, outer, 3, padding=1), nn.BatchNorm2d(outer), nn.LeakyReLU()]
        self._net = nn.Sequential(ops.Conv2d(inner, outer, 3, padding=1), *layers, *second)

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        return self._net(torch.cat((doubled(x), other), 1))


class Decoder(nn.Module):
    def __init__(self, widths: Widths, outer: tuple[int, ...], hidden: int, ops: Any):
        super().__init__()
        self.conv2 = ops.Conv2d(widths.head, widths.head, 1)
        inner = widths.head
        for number, (tap, own) in enumerate(zip(reversed(EfficientNet.TAPS), outer), 1):
            self.add_module(f"up{number}", Upsampling(inner + widths.stages[tap][0], own, ops))
            inner = own
        self.out_conv_res8 = ops.Conv2d(outer[1], 4, 3, padding=1)
        self.out_conv_res4, self.out_conv_res2, self.out_conv_res1 = (refining(own, hidden, ops) for own in outer[1:4])

    def forward(self, maps: list[Tensor]) -> Tensor:
        half, quarter, eighth, sixteenth, deepest = maps
        x = self.up1(self.conv2(deepest), sixteenth)
        eighth = self.up2(x, eighth)
        quarter = self.up3(eighth, quarter)
        half = self.up4(quarter, half)
        found = directed(self.out_conv_res8(eighth))
        for refine, x in ((self.out_conv_res4, eighth), (self.out_conv_res2, quarter), (self.out_conv_res1, half)):
            pixels = torch.cat((doubled(x), doubled(found)), 1)
            found = directed(refine(pixels.flatten(2)).unflatten(2, pixels.shape[-2:]))
        return found[:, :3]


class NormalBAE(nn.Module):
    """(B, 3, H, W) by ImageNet's mean and deviation, sides multiples of 32 -> vectors (left, up, to the viewer)."""

    def __init__(self, widths: Widths, outer: tuple[int, ...], hidden: int, ops: Any):
        super().__init__()
        self.encoder = Encoder(widths, ops)
        self.decoder = Decoder(widths, outer, hidden, ops)

    def forward(self, image: Tensor) -> Tensor:
        return self.decoder(self.encoder(image))


def refining(width: int, hidden: int, ops: Any) -> nn.Sequential:
    """What looks at each pixel's features and direction and gives a better direction."""
    sizes, layers = (width + 4, hidden, hidden, hidden, 4), nn.Sequential()
    for inner, outer in pairwise(sizes):
        layers.append(ops.Conv1d(inner, outer, 1))
        layers.append(nn.ReLU())
    return layers[:-1]


def doubled(x: Tensor) -> Tensor:
    return interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


def directed(x: Tensor) -> Tensor:
    """A vector of length 1 and how sure it is, 0.01 or more."""
    return torch.cat((normalize(x[:, :3], eps=1e-10), nn.functional.elu(x[:, 3:]) + 1.01), 1)


def build(weights: Weights, ops: Any) -> NormalBAE:
    outer = tuple(len(weights[f"decoder.up{number}._net.0.weight"]) for number in range(1, 5))
    return NormalBAE(widths_of(weights, ENCODER), outer, len(weights["decoder.out_conv_res4.0.weight"]), ops)


NORMAL_BAE = Pretrained(
    id="normalbae",
    signature=(f"{ENCODER}conv_stem.weight", "decoder.up4._net.0.weight", "decoder.out_conv_res1.6.weight"),
    build=build,
    files=(
        Published(
            name="scannet.pt",
            url="https://huggingface.co/lllyasviel/Annotators/resolve/main/scannet.pt",
            size=290_767_728,
            sha256="03dbf1600c51ee3d45c29f77b77bf1a3b7a24c3452dba62a4ae658f37330c209",
            licence="MIT",
        ),
    ),
)
