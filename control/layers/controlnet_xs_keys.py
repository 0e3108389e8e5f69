"""From the names that diffusers gave a ControlNet-XS, in three classes, to the official ones.

The layouts are those of huggingface/diffusers, models/controlnets/controlnet_xs.py (ControlNetXSAdapter and
UNetControlNetXSModel) and, before 0.28, models/controlnet_xs.py (ControlNetXSModel).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..checkpoint import Checkpoint
from . import diffusers_names


@dataclass(frozen=True)
class Naming:
    """What one diffusers class calls the parts of the control network. `kind` precedes "resnets" and "attentions"."""

    root: str = ""
    kind: str = ""
    time: str = "time_embedding"
    conv_in: str = "conv_in"
    downsampler: str = "downsamplers.conv"
    middle: str = "mid_block.midblock"
    up: str = "up_connections"


ADAPTER = Naming()
FUSED = Naming(
    kind="ctrl_",
    time="ctrl_time_embedding",
    conv_in="ctrl_conv_in",
    downsampler="ctrl_downsamplers.conv",
    middle="mid_block.ctrl_midblock",
    up="up_blocks",
)
LEGACY = Naming(root="control_model.", downsampler="downsamplers.0.conv", middle="mid_block")
FUSED_BASE = (
    "base_",
    "mid_block.base_midblock.",
    *(f"down_blocks.{b}.base_{kind}." for b in range(4) for kind in ("resnets", "attentions", "downsamplers")),
    *(f"up_blocks.{b}.{kind}." for b in range(4) for kind in ("resnets", "attentions", "upsamplers")),
)


@dataclass(frozen=True)
class Extent:
    """How much there is of a network: residual blocks of each level, and whether it halves the size at its end; the
    inner convolutions of the hint encoder; the exchanges of each level of the decoder.
    """

    levels: tuple[tuple[int, bool], ...]
    hint: int
    ups: tuple[int, ...]

    @property
    def places(self) -> list[tuple[int, int]]:
        """(level, place in it) of each encoder block after the first; a downsampler stands after the residual ones."""
        return [(b, j) for b, (resnets, halves) in enumerate(self.levels) for j in range(resnets + halves)]


def from_adapter(checkpoint: Checkpoint) -> Mapping[str, str]:
    return diffusers_names.renamed(checkpoint, _modules(_theirs(checkpoint, ADAPTER), ADAPTER))


def to_adapter(checkpoint: Checkpoint) -> Mapping[str, str]:
    """{official key: the adapter's}."""
    ours = {official: theirs for theirs, official in _modules(extent(checkpoint), ADAPTER).items()}
    return diffusers_names.renamed(checkpoint, ours)


def from_fused(checkpoint: Checkpoint) -> Mapping[str, str]:
    return diffusers_names.renamed(checkpoint, _modules(_theirs(checkpoint, FUSED), FUSED))


def from_legacy(checkpoint: Checkpoint) -> Mapping[str, str]:
    lists = {
        "down_zero_convs_in": "enc_zero_convs_in",
        "down_zero_convs_out": "enc_zero_convs_out",
        "up_zero_convs_out": "dec_zero_convs_out",
    }
    exchanges = {
        f"{theirs}.{n}": f"{ours}.{n}.0" for theirs, ours in lists.items() for n in range(checkpoint.count(theirs))
    }
    network = _network(_theirs(checkpoint, LEGACY), LEGACY)
    return diffusers_names.renamed(checkpoint, network | exchanges | {"middle_block_out": "middle_block_out.0"})


def extent(checkpoint: Checkpoint) -> Extent:
    """Of a checkpoint with official keys, of type A or B."""
    network, levels, resnets = checkpoint.part("control_model."), [], 0
    last = network.count("input_blocks") - 1
    for n in range(1, last + 1):
        halves = network.bears(f"input_blocks.{n}.0.op.weight")
        resnets += not halves
        if halves or n == last:
            levels.append((resnets, halves))
            resnets = 0
    hint = checkpoint.count("input_hint_block") // 2 - 1
    return Extent(tuple(levels), hint, tuple(resnets + 1 for resnets, _ in reversed(levels)))


def _theirs(checkpoint: Checkpoint, naming: Naming) -> Extent:
    levels = tuple(
        (
            checkpoint.count(f"{naming.root}down_blocks.{b}.{naming.kind}resnets"),
            checkpoint.bears(f"{naming.root}down_blocks.{b}.{naming.downsampler}.weight"),
        )
        for b in range(checkpoint.count(f"{naming.root}down_blocks"))
    )
    ups = (checkpoint.count(f"{naming.up}.{b}.ctrl_to_base") for b in range(checkpoint.count(naming.up)))
    return Extent(levels, checkpoint.count("controlnet_cond_embedding.blocks"), tuple(ups))


def _modules(extent: Extent, naming: Naming) -> dict[str, str]:
    return _network(extent, naming) | _exchanges(extent, naming)


def _network(extent: Extent, naming: Naming) -> dict[str, str]:
    inner = {
        f"{naming.time}.linear_1": "time_embed.0",
        f"{naming.time}.linear_2": "time_embed.2",
        naming.conv_in: "input_blocks.0.0",
        f"{naming.middle}.attentions.0": "middle_block.1",
        **diffusers_names.resnet(f"{naming.middle}.resnets.0", "middle_block.0"),
        **diffusers_names.resnet(f"{naming.middle}.resnets.1", "middle_block.2"),
    }
    for n, (b, j) in enumerate(extent.places, start=1):
        if j == extent.levels[b][0]:
            inner[f"down_blocks.{b}.{naming.downsampler}"] = f"input_blocks.{n}.0.op"
        else:
            inner |= diffusers_names.resnet(f"down_blocks.{b}.{naming.kind}resnets.{j}", f"input_blocks.{n}.0")
            inner[f"down_blocks.{b}.{naming.kind}attentions.{j}"] = f"input_blocks.{n}.1"
    names = {naming.root + theirs: f"control_model.{ours}" for theirs, ours in inner.items()}
    return diffusers_names.hint_encoder(extent.hint) | names


def _exchanges(extent: Extent, naming: Naming) -> dict[str, str]:
    """What block n gives the base after it, it takes before: its input is official block n - 1's output."""
    modules = {
        "control_to_base_for_conv_in": "enc_zero_convs_out.0.0",
        "mid_block.base_to_ctrl": f"enc_zero_convs_in.{len(extent.places)}.0",
        "mid_block.ctrl_to_base": "middle_block_out.0",
    }
    for n, (b, j) in enumerate(extent.places):
        modules[f"down_blocks.{b}.base_to_ctrl.{j}"] = f"enc_zero_convs_in.{n}.0"
        modules[f"down_blocks.{b}.ctrl_to_base.{j}"] = f"enc_zero_convs_out.{n + 1}.0"
    ups = [f"{naming.up}.{b}.ctrl_to_base.{j}" for b, count in enumerate(extent.ups) for j in range(count)]
    return modules | {up: f"dec_zero_convs_out.{n}.0" for n, up in enumerate(ups)}
