"""A block of the ldm UNet, and the hint encoder of ControlNet, built from the shapes of a checkpoint."""

from collections.abc import Callable
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from ..backend import Backend
from ..checkpoint import Checkpoint
from .resnet import Downsample, ResBlock
from .transformer import SpatialTransformer, TransformerShape


class Upsample(nn.Module):
    """(B, C, h, w) -> (B, C, H, W), at the size of the skip that comes next."""

    def __init__(self, channels: int, ops: Any):
        super().__init__()
        self.conv = ops.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        return self.conv(F.interpolate(x, size=size, mode="nearest"))


class UNetBlock(nn.Sequential):
    """Layers of one UNet block; each is given what it takes. `size`: height and width after a decoder block."""

    def forward(self, x: Tensor, embedding: Tensor, context: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        for layer in self:
            if isinstance(layer, ResBlock):
                x = layer(x, embedding)
            elif isinstance(layer, SpatialTransformer):
                x = layer(x, context)
            elif isinstance(layer, Upsample):
                x = layer(x, size)
            else:
                x = layer(x)
        return x


def unet_block(
    prefix: str, checkpoint: Checkpoint, transformer: Callable[[str], TransformerShape], embedded: int, backend: Backend
) -> UNetBlock:
    """The block whose layers are `prefix`.0, .1, ...; `transformer(prefix)` says what its weights do not.

    Raises:
        KeyError: the checkpoint has nothing of it.
    """
    ops, layers = backend.ops, checkpoint.count(prefix)
    if not layers:
        raise KeyError(f"{prefix}.0")

    def layer(prefix: str) -> nn.Module:
        if checkpoint.bears(f"{prefix}.proj_in.weight"):
            return SpatialTransformer(transformer(prefix), backend)
        if checkpoint.bears(f"{prefix}.op.weight"):
            outer, inner, *_ = checkpoint.shape(f"{prefix}.op.weight")
            return Downsample(inner, outer, ops)
        if checkpoint.bears(f"{prefix}.conv.weight"):
            return Upsample(checkpoint.shape(f"{prefix}.conv.weight")[0], ops)
        if checkpoint.bears(f"{prefix}.in_layers.2.weight"):
            outer, inner, *_ = checkpoint.shape(f"{prefix}.in_layers.2.weight")
            return ResBlock(inner, outer, embedded, ops)
        return convolution(prefix, checkpoint, ops)

    return UNetBlock(*(layer(f"{prefix}.{i}") for i in range(layers)))


def convolution(prefix: str, checkpoint: Checkpoint, ops: Any) -> nn.Module:
    """The convolution of this name, that keeps the extent."""
    outer, inner, kernel, _ = checkpoint.shape(f"{prefix}.weight")
    return ops.Conv2d(inner, outer, kernel, padding=kernel // 2)


def embedder(prefix: str, checkpoint: Checkpoint, ops: Any) -> nn.Sequential | None:
    """Two linear layers with SiLU between; None where the checkpoint has none of this name."""
    if not checkpoint.bears(f"{prefix}.0.weight"):
        return None
    outer, inner = checkpoint.shape(f"{prefix}.0.weight")
    return nn.Sequential(ops.Linear(inner, outer), nn.SiLU(), ops.Linear(outer, outer))


def hint_encoder(checkpoint: Checkpoint, ops: Any) -> nn.Sequential:
    """`input_hint_block`: every second convolution but the last halves the size, so 3 of the published 8."""
    layers: list[nn.Module] = []
    last = checkpoint.count("input_hint_block") - 1
    for i in range(0, last + 1, 2):
        outer, inner, *_ = checkpoint.shape(f"input_hint_block.{i}.weight")
        stride = 2 if i % 4 == 0 and 0 < i < last else 1
        layers += [ops.Conv2d(inner, outer, 3, stride=stride, padding=1), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def hint_downscale(checkpoint: Checkpoint) -> int:
    """Pixels of the hint for each latent pixel."""
    return 2 ** ((checkpoint.count("input_hint_block") - 2) // 4)
