"""Line drawings from photographs: Chan, Durand and Isola 2022, "Learning to Generate Line Drawings that Convey
Geometry and Semantics", arXiv:2203.12691.

The layers and names are those of carolineec/informative-drawings, model.py (MIT), with three residual blocks.
"""

from typing import Any

from torch import Tensor, nn

from ..pretrained import Pretrained, Published, Weights

RESIDUALS = 3


class Residual(nn.Module):
    def __init__(self, width: int, ops: Any):
        super().__init__()
        first, second = ops.Conv2d(width, width, 3), ops.Conv2d(width, width, 3)
        self.conv_block = nn.Sequential(*_mirrored(1, first), *_normed(width), *_mirrored(1, second), _norm(width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


class Drawing(nn.Module):
    """(B, 3, H, W) RGB in [0, 1], sides multiples of 4 and at least 8 -> (B, 1, H, W) in [0, 1]: black on white."""

    def __init__(self, full: int, half: int, quarter: int, ops: Any):
        """The channels at full, half and quarter size."""
        super().__init__()
        self.model0 = nn.Sequential(*_mirrored(3, ops.Conv2d(3, full, 7)), *_normed(full))
        self.model1 = nn.Sequential(*_down(full, half, ops), *_down(half, quarter, ops))
        self.model2 = nn.Sequential(*(Residual(quarter, ops) for _ in range(RESIDUALS)))
        self.model3 = nn.Sequential(*_up(quarter, half, ops), *_up(half, full, ops))
        self.model4 = nn.Sequential(*_mirrored(3, ops.Conv2d(full, 1, 7)), nn.Sigmoid())

    def forward(self, image: Tensor) -> Tensor:
        return self.model4(self.model3(self.model2(self.model1(self.model0(image)))))


def _norm(width: int) -> nn.Module:
    return nn.InstanceNorm2d(width)


def _normed(width: int) -> tuple[nn.Module, ...]:
    return _norm(width), nn.ReLU()


def _mirrored(margin: int, conv: nn.Module) -> tuple[nn.Module, ...]:
    return nn.ReflectionPad2d(margin), conv


def _down(inner: int, outer: int, ops: Any) -> tuple[nn.Module, ...]:
    return ops.Conv2d(inner, outer, 3, stride=2, padding=1), *_normed(outer)


def _up(inner: int, outer: int, ops: Any) -> tuple[nn.Module, ...]:
    return ops.ConvTranspose2d(inner, outer, 3, stride=2, padding=1, output_padding=1), *_normed(outer)


def build(weights: Weights, ops: Any) -> Drawing:
    widths = [weights[key].shape[0] for key in ("model0.1.weight", "model1.0.weight", "model1.3.weight")]
    return Drawing(*widths, ops)


def _pretrained(id: str, name: str, sha256: str) -> Pretrained:
    url = f"https://huggingface.co/lllyasviel/Annotators/resolve/main/{name}"
    return Pretrained(
        id=id,
        signature=("model0.1.weight", "model2.0.conv_block.1.weight", "model4.1.weight"),
        build=build,
        files=(Published(name=name, url=url, size=17_173_511, sha256=sha256, licence="MIT"),),
    )


FINE_SHA256 = "c686ced2a666b4850b4bb6ccf0748031c3eda9f822de73a34b8979970d90f0c6"
COARSE_SHA256 = "30a534781061f34e83bb9406b4335da4ff2616c95d22a585c1245aa8363e74e0"
REALISTIC = _pretrained("lineart", "sk_model.pth", FINE_SHA256)
COARSE = _pretrained("lineart_coarse", "sk_model2.pth", COARSE_SHA256)
