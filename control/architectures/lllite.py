"""ControlNet-LLLite: small networks that change what attention projects to its queries, keys and values.

By kohya-ss, without a paper; key names follow kohya-ss/sd-scripts, networks/control_net_lllite.py. Published for SDXL,
but a file names the projections that it changes: any UNet with Stable Diffusion's blocks will do, at any width.
"""

import re
from collections.abc import Mapping
from functools import partial
from math import prod
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import ArmatureError, IncompatibleCheckpoint
from ..architecture import Architecture, Layout, Signature
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..model import Patches, PatchModel
from ..residuals import Block
from ..scale import Scale
from ..step import Step
from ..unet_shape import FAMILIES, UNKNOWN, UNetShape, widths_of_levels
from ..weights import Places

PREFIX = "lllite_unet_"
PROJECTIONS = ("attn1_to_q", "attn1_to_k", "attn1_to_v", "attn2_to_q")  # that sd-scripts gives a module by default
NAME = re.compile(
    PREFIX + r"(?:(input|output)_blocks_(\d|1[01])|middle_block)_1_transformer_blocks_(\d+)_"
    r"(?:(attn1)_to_([qkv])|(attn2)_to_(q))"
)
SDXL_BLOCKS = {("middle", 0), *(("input", i) for i in (4, 5, 7, 8)), *(("output", i) for i in range(6))}
ORDER = ("input", "middle", "output")
BLOCKS_A_LEVEL = 3  # two residual blocks, and one that changes the size


class Place(NamedTuple):
    """A projection in the UNet: `index` counts the transformer blocks in `block`."""

    block: Block
    index: int
    attention: str
    projection: str


class LLLiteModule(nn.Module):
    """The network at one projection: its input (B, H * W, C) and the hint's features -> what is added to that input."""

    def __init__(self, name: str, checkpoint: Checkpoint, ops: Any):
        super().__init__()
        convs = [f"{name}.conditioning1.{i}.weight" for i in range(0, checkpoint.count(f"{name}.conditioning1"), 2)]
        features, narrow = checkpoint.shape(convs[-1])[0], checkpoint.shape(f"{name}.down.0.weight")[0]
        self.width = checkpoint.shape(f"{name}.down.0.weight")[1]
        self.stride = prod(checkpoint.shape(key)[-1] for key in convs)
        self.conditioning1 = _conditioning([checkpoint.shape(key) for key in convs], ops)
        self.down = nn.Sequential(ops.Linear(self.width, narrow), nn.ReLU())
        self.mid = nn.Sequential(ops.Linear(features + narrow, narrow), nn.ReLU())
        self.up = nn.Sequential(ops.Linear(narrow, self.width))

    def encode(self, hint: Tensor) -> Tensor:
        """(B, C, 8H, 8W) in [-1, 1] -> (B, features, ...) on the grid that the UNet has here, odd sizes included."""
        bottom, right = (-side % self.stride for side in hint.shape[-2:])
        if bottom or right:
            hint = F.pad(hint, (0, right, 0, bottom), mode="replicate")
        return self.conditioning1(hint)

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        features = features.flatten(2).transpose(1, 2).expand(x.shape[0], -1, -1)
        return self.up(self.mid(torch.cat([features, self.down(x)], dim=-1)))


class LLLite(PatchModel):
    """hint (B, C, 8H, 8W) -> patches that add to what the UNet's attention is about to project."""

    def __init__(self, checkpoint: Checkpoint, backend: Backend):
        super().__init__()
        names = dict.fromkeys(key.split(".")[0] for key in checkpoint.tensors)
        self.names = {_place(name, checkpoint): name for name in names}
        for name in names:
            self.add_module(name, LLLiteModule(name, checkpoint, backend.ops))
        self.variant = f"{len(names)} modules"
        self.hint_channels = checkpoint.shape(f"{next(iter(names))}.conditioning1.0.weight")[1]
        self.base = _base({place.block: self.get_submodule(name).width for place, name in self.names.items()})

        blocks = sorted({place.block for place in self.names}, key=lambda block: (ORDER.index(block[0]), block[1]))
        self.places = Places(tuple(blocks), depth=len(self.base.widths))

    def encode(self, hint: Tensor) -> dict[str, Tensor]:
        """(B, C, 8H, 8W) in [0, 1] -> the features of every module, by its name."""
        hint = 2 * hint - 1
        return {name: module.encode(hint) for name, module in self.named_children()}

    def patches(self, step: Step, encoded: Mapping[str, Tensor], scale: Scale) -> Patches:
        def patch(attention: str, n: Tensor, context: Tensor, value: Tensor, options: dict) -> tuple[Tensor, ...]:
            changed = []
            for projection, tokens in zip("qkv", (n, context, value)):
                place = Place(options["block"], options["block_index"], attention, projection)
                name = self.names.get(place)
                if name and scale.acts(place.block):
                    grid = tuple(options["activations_shape"][-2:])
                    delta = scale(place.block, self._delta(name, tokens, encoded[name], grid))
                    tokens = tokens + delta.flatten(2).transpose(1, 2).to(tokens.dtype)
                changed.append(tokens)
            return tuple(changed)

        return {f"{attention}_patch": [partial(patch, attention)] for attention in ("attn1", "attn2")}

    def _delta(self, name: str, tokens: Tensor, features: Tensor, grid: tuple[int, int]) -> Tensor:
        """(B, H * W, C) -> (B, C, H, W)."""
        if tokens.shape[1] != prod(grid):
            raise ArmatureError(
                f"ControlNet-LLLite found {tokens.shape[1]} tokens where the latent has {grid[0]} x {grid[1]}. Another "
                "patch of this model merges or splits them (ToMe, HyperTile, ...); remove it."
            )
        if features.shape[-2:] != grid:
            features = F.interpolate(features, grid, mode="bilinear")
        delta = self.get_submodule(name)(tokens.to(features.dtype), features)
        return delta.transpose(1, 2).unflatten(2, grid)


def _conditioning(shapes: list[tuple[int, ...]], ops: Any) -> nn.Sequential:
    layers: list[nn.Module] = []
    for outer, inner, kernel, _ in shapes:
        layers += [ops.Conv2d(inner, outer, kernel, stride=kernel), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _place(name: str, checkpoint: Checkpoint) -> Place:
    found = NAME.fullmatch(name)
    if not found or len(checkpoint.shape(f"{name}.down.0.weight")) != 2:
        raise IncompatibleCheckpoint(
            f"{checkpoint.name} changes {name}. Of ControlNet-LLLite only what sd-scripts trains by default is "
            "supported: linear attn1_to_q, attn1_to_k, attn1_to_v and attn2_to_q of transformer blocks."
        )
    kind, number, index, *attention = (group for group in found.groups(default=""))
    block: Block = (kind, int(number)) if kind else ("middle", 0)
    return Place(block, int(index), *filter(None, attention))


def _base(widths: Mapping[Block, int]) -> UNetShape:
    """The UNet with attention of these widths in these blocks; levels without any are guessed from the lowest with."""
    multipliers = (1, 2, 4) if widths.keys() <= SDXL_BLOCKS else (1, 2, 4, 4)
    last = len(multipliers) - 1
    told = {_level(block, last): width for block, width in widths.items()}
    lowest = min(told)
    guessed = (told[lowest] * multiplier // multipliers[lowest] for multiplier in multipliers)
    levels = [told.get(level, width) for level, width in enumerate(guessed)]
    shape = widths_of_levels(levels, [BLOCKS_A_LEVEL - 1] * len(levels))
    families = [family for family in FAMILIES.values() if family.widths == shape]
    return families[0] if len(families) == 1 else UNetShape(shape, UNKNOWN, UNKNOWN)


def _level(block: Block, last: int) -> int:
    kind, number = block
    return {"input": (number - 1) // BLOCKS_A_LEVEL, "middle": last, "output": last - number // BLOCKS_A_LEVEL}[kind]


def _as_it_is(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key for key in checkpoint.tensors if key.startswith(PREFIX)}


LLLITE = Architecture(
    id="ControlNet-LLLite",
    layouts=(
        Layout("sd-scripts", Signature((f"{PREFIX}*.down.0.weight", f"{PREFIX}*.conditioning1.0.weight")), _as_it_is),
    ),
    build=LLLite,
)
