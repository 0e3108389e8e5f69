"""T2I-Adapter: features of the hint, added to the UNet's encoder. Mou et al. 2023, arXiv:2302.08453.

Key names follow TencentARC/T2I-Adapter, ldm/modules/encoders/adapter.py, classes Adapter and Adapter_light; the
diffusers layout is that of huggingface/diffusers, models/adapter.py.
"""

from collections.abc import Collection, Mapping
from typing import Any

from torch import Tensor, nn

from ..architecture import Architecture, Layout, Signature
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..layers.resnet import Downsample
from ..model import ResidualModel
from ..residuals import Block, Residuals
from ..step import Step
from ..unet_shape import UNKNOWN, UNetShape, widths_of_levels
from ..weights import Places

LEVELS = 4
SD_ENTERS: tuple[Block, ...] = (("input", 2), ("input", 5), ("input", 8), ("input", 11))
SDXL_ENTERS: tuple[Block, ...] = (("input", 3), ("input", 5), ("input", 8), ("middle", 0))
SD_UNSHUFFLE, SDXL_UNSHUFFLE = 8, 16  # pixels a side that become channels
SDXL_INPUTS = (SDXL_UNSHUFFLE**2, 3 * SDXL_UNSHUFFLE**2)


class ResBlock(nn.Module):
    """(B, inner, H, W) -> (B, outer, H, W), at half the size behind a `down_opt`."""

    def __init__(self, prefix: str, checkpoint: Checkpoint, down: bool, ops: Any):
        super().__init__()
        outer = checkpoint.shape(f"{prefix}.block1.weight")[0]
        self.down_opt = _halving(f"{prefix}.down_opt", checkpoint, down, ops)
        self.in_conv = _conv(f"{prefix}.in_conv", checkpoint, ops)
        self.block1 = ops.Conv2d(outer, outer, 3, padding=1)
        self.block2 = _conv(f"{prefix}.block2", checkpoint, ops)

    def forward(self, x: Tensor) -> Tensor:
        x = self.in_conv(self.down_opt(x))
        return x + self.block2(self.block1(x).relu())


class LightLevel(nn.Module):
    """A level of the light adapter: narrow in, residual blocks, wide out."""

    def __init__(self, prefix: str, checkpoint: Checkpoint, down: bool, ops: Any):
        super().__init__()
        self.down_opt = _halving(f"{prefix}.down_opt", checkpoint, down, ops)
        self.in_conv = _conv(f"{prefix}.in_conv", checkpoint, ops)
        blocks = checkpoint.count(f"{prefix}.body")
        self.body = nn.Sequential(*(ResBlock(f"{prefix}.body.{i}", checkpoint, False, ops) for i in range(blocks)))
        self.out_conv = _conv(f"{prefix}.out_conv", checkpoint, ops)

    def forward(self, x: Tensor) -> Tensor:
        return self.out_conv(self.body(self.in_conv(self.down_opt(x))))


class T2IAdapter(ResidualModel):
    """hint (B, C, 8H, 8W) -> one feature for each level of the UNet. The step plays no part."""

    def __init__(self, checkpoint: Checkpoint, backend: Backend):
        super().__init__()
        ops, light = backend.ops, checkpoint.bears("body.0.out_conv.weight")
        unshuffled = checkpoint.shape("body.0.in_conv.weight" if light else "conv_in.weight")[1]
        xl = not light and unshuffled in SDXL_INPUTS
        side = SDXL_UNSHUFFLE if xl else SD_UNSHUFFLE
        self.variant = "light" if light else "full"
        self.hint_channels, self.hint_multiple = unshuffled // side**2, side
        self.unshuffle = nn.PixelUnshuffle(side)
        self.conv_in = nn.Identity() if light else _conv("conv_in", checkpoint, ops)
        count = checkpoint.count("body")
        self.depth = count // LEVELS
        starts = {2 * self.depth} if xl else {level * self.depth for level in range(1, LEVELS)}
        block = LightLevel if light else ResBlock
        self.body = nn.ModuleList(block(f"body.{i}", checkpoint, i in starts, ops) for i in range(count))
        self.base = _base(self._widths(checkpoint, light), xl)
        self.places = Places(SDXL_ENTERS if xl else SD_ENTERS, depth=len(self.base.widths), sparse=True)

    def _widths(self, checkpoint: Checkpoint, light: bool) -> list[int]:
        """Channels of each level's feature."""
        last = "out_conv" if light else "block2"
        keys = (f"body.{n}.{last}.weight" for n in range(self.depth - 1, len(self.body), self.depth))
        return [checkpoint.shape(key)[0] for key in keys]

    def encode(self, hint: Tensor) -> list[Tensor]:
        """(B, C, 8H, 8W) in [0, 1] -> a feature for each level, (B, width, H, W) and smaller."""
        x, features = self.conv_in(self.unshuffle(hint)), []
        for block in self.body:
            features.append(x := block(x))
        return features[self.depth - 1 :: self.depth]

    def residuals(self, step: Step, encoded: list[Tensor], wanted: Collection[Block]) -> Residuals:
        return {block: feature for block, feature in zip(self.places.blocks, encoded) if block in wanted}


def _conv(prefix: str, checkpoint: Checkpoint, ops: Any) -> nn.Module:
    """The convolution of this name, of any size that keeps the extent; nothing where the file has none."""
    if not checkpoint.bears(f"{prefix}.weight"):
        return nn.Identity()
    outer, inner, kernel, _ = checkpoint.shape(f"{prefix}.weight")
    return ops.Conv2d(inner, outer, kernel, padding=kernel // 2)


def _halving(prefix: str, checkpoint: Checkpoint, down: bool, ops: Any) -> nn.Module:
    if not down:
        return nn.Identity()
    if checkpoint.bears(f"{prefix}.op.weight"):
        outer, inner, *_ = checkpoint.shape(f"{prefix}.op.weight")
        return Downsample(inner, outer, ops)
    return nn.AvgPool2d(2, ceil_mode=True)  # as diffusers; padding with zeros would darken the border of odd maps


def _base(widths: list[int], xl: bool) -> UNetShape:
    """The UNet whose levels have these channels; SDXL's has no fourth, its middle block takes that feature."""
    levels = widths[:-1] if xl else widths
    return UNetShape(widths_of_levels(levels, [2] * len(levels)), UNKNOWN, UNKNOWN if xl else None)


def _as_it_is(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key for key in checkpoint.tensors}


def _from_diffusers(checkpoint: Checkpoint) -> Mapping[str, str]:
    """adapter.body.i.resnets.j -> body.(2i + j), its in_conv with the level's first block."""
    names, depth = {}, checkpoint.count("adapter.body.0.resnets")
    for key in checkpoint.tensors:
        _, body, *rest = key.split(".")
        if body != "body":
            names[key] = ".".join([body, *rest])
        elif rest[1] == "resnets":
            names[key] = ".".join(["body", str(int(rest[0]) * depth + int(rest[2])), *rest[3:]])
        else:
            names[key] = ".".join(["body", str(int(rest[0]) * depth), *rest[1:]])
    return names


def _from_diffusers_light(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key.removeprefix("adapter.").replace(".resnets.", ".body.") for key in checkpoint.tensors}


def to_diffusers(checkpoint: Checkpoint) -> Mapping[str, str]:
    """{canonical key: diffusers key}."""
    if checkpoint.bears("body.0.out_conv.weight"):
        return {key: "adapter." + key.replace(".body.", ".resnets.") for key in checkpoint.tensors}
    names, depth = {}, checkpoint.count("body") // LEVELS
    for key in checkpoint.tensors:
        body, *rest = key.split(".")
        if body != "body":
            names[key] = f"adapter.{key}"
            continue
        level, j = divmod(int(rest[0]), depth)
        place = [] if rest[1] == "in_conv" else ["resnets", str(j)]
        names[key] = ".".join(["adapter.body", str(level), *place, *rest[1:]])
    return names


T2I_ADAPTER = Architecture(
    id="T2I-Adapter",
    layouts=(
        Layout("original", Signature(("conv_in.weight", "body.0.block1.weight")), _as_it_is),
        Layout("light", Signature(("body.0.in_conv.weight", "body.0.body.0.block1.weight")), _as_it_is),
        Layout(
            "diffusers",
            Signature(("adapter.conv_in.weight", "adapter.body.0.resnets.0.block1.weight")),
            _from_diffusers,
        ),
        Layout(
            "diffusers, light",
            Signature(("adapter.body.0.out_conv.weight", "adapter.body.0.resnets.0.block1.weight")),
            _from_diffusers_light,
        ),
    ),
    build=T2IAdapter,
)
