"""ControlNet: a copy of the UNet's encoder whose blocks reach the UNet through zero convolutions.

Zhang et al. 2023, arXiv:2302.05543. Key names follow lllyasviel/ControlNet, cldm/cldm.py; the diffusers layout is that
of huggingface/diffusers, models/controlnets/controlnet.py. For Stable Diffusion 1.x, 2.x, SDXL and anything of the
same topology, at any width.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import count

from torch import Tensor, nn

from ...errors import MissingInput
from ..architecture import Architecture, Layout, Signature
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..layers import diffusers_names
from ..layers.resnet import largest_divisor, timestep_embedding
from ..layers.transformer import TransformerShape, transformer_shape
from ..layers.unet_block import UNetBlock, embedder, hint_downscale, hint_encoder, unet_block
from ..model import ResidualModel
from ..residuals import Block, Residuals
from ..step import Step
from ..unet_shape import UNKNOWN, UNetShape
from ..weights import Places

HEADS = 8  # of Stable Diffusion 1.x, whose projections are convolutions; not in the weights
HEAD_CHANNELS = 64  # of Stable Diffusion 2.x and SDXL, whose projections are linear
HEAD_CHANNELS_KEY = "num_head_channels"  # in a file's metadata, where neither is true


class ControlNet(ResidualModel):
    """hint (B, C, 8H, 8W) -> one residual for each skip of the UNet, and one for its middle block."""

    def __init__(self, checkpoint: Checkpoint, backend: Backend):
        super().__init__()
        ops, sizes = backend.ops, Sizes(checkpoint)
        widths = sizes.base.widths

        def block(prefix: str) -> UNetBlock:
            return unet_block(prefix, checkpoint, sizes.transformer, sizes.embedded, backend)

        self.base, self.downscale_factor = sizes.base, hint_downscale(checkpoint)
        self.places = Places((*(("skip", n) for n in range(len(widths))), ("middle", 0)), depth=len(widths))
        self.hint_channels = checkpoint.shape("input_hint_block.0.weight")[1]
        self.time_embed = embedder("time_embed", checkpoint, ops)
        self.label_emb = nn.Sequential(embedder("label_emb.0", checkpoint, ops)) if sizes.base.y_dim else None
        self.input_hint_block = hint_encoder(checkpoint, ops)
        self.input_blocks = nn.ModuleList(block(f"input_blocks.{n}") for n in range(len(widths)))
        self.zero_convs = nn.ModuleList(nn.Sequential(ops.Conv2d(width, width, 1)) for width in widths)
        self.middle_block = block("middle_block")
        self.middle_block_out = nn.Sequential(ops.Conv2d(widths[-1], widths[-1], 1))

    def encode(self, hint: Tensor) -> Tensor:
        """(B, C, 8H, 8W) in [0, 1] -> (B, width, H, W)."""
        return self.input_hint_block(hint)

    def residuals(self, step: Step, encoded: Tensor, wanted: Collection[Block]) -> Residuals:
        return self.trunk(step, encoded, self.with_label(self.time_embedding(step), step), wanted)

    def time_embedding(self, step: Step) -> Tensor:
        """(B, embedded)."""
        return self.time_embed(timestep_embedding(step.timesteps, self.base.widths[0]).to(step.x.dtype))

    def with_label(self, embedding: Tensor, step: Step) -> Tensor:
        """The (B, embedded) embedding with the vector conditioning in it, for bases that have one."""
        if self.label_emb is None:
            return embedding
        if step.y is None:
            raise MissingInput(f"This ControlNet is for {self.base.name}, whose vector conditioning is missing.")
        return embedding + self.label_emb(step.y)

    def trunk(self, step: Step, encoded: Tensor, embedding: Tensor, wanted: Collection[Block]) -> Residuals:
        """What the copied encoder makes of the step, the encoded hint and the whole embedding."""
        blocks, exits = [*self.input_blocks, self.middle_block], [*self.zero_convs, self.middle_block_out]
        last = max(map(self.places.level, wanted))
        found: Residuals = {}
        h = step.x
        for n, (place, block, exit) in enumerate(zip(self.places.blocks[: last + 1], blocks, exits)):
            h = block(h, embedding, step.context)
            h = h + encoded if n == 0 else h
            if place in wanted:
                found[place] = exit(h)
        return found


class Sizes:
    """What the shapes of a checkpoint with canonical keys say."""

    def __init__(self, checkpoint: Checkpoint):
        self.checkpoint = checkpoint
        self.embedded = checkpoint.shape("time_embed.0.weight")[0]
        text_keys = [key for key in checkpoint.tensors if key.endswith("attn2.to_k.weight")]
        self.base = UNetShape(
            widths=tuple(
                checkpoint.shape(f"zero_convs.{n}.0.weight")[0] for n in range(checkpoint.count("zero_convs"))
            ),
            context_dim=checkpoint.shape(text_keys[0])[1] if text_keys else UNKNOWN,
            y_dim=checkpoint.shape("label_emb.0.0.weight")[1] if checkpoint.bears("label_emb.0.0.weight") else None,
        )

    def transformer(self, prefix: str) -> TransformerShape:
        return transformer_shape(prefix, self.checkpoint, self.heads, self.base)

    def heads(self, inner: int, linear: bool) -> int:
        """Of attention that is `inner` wide."""
        if said := self.checkpoint.metadata.get(HEAD_CHANNELS_KEY):
            return inner // int(said)
        return inner // largest_divisor(inner, HEAD_CHANNELS) if linear else largest_divisor(inner, HEADS)


def as_it_is(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key for key in checkpoint.tensors}


def unwrapped(checkpoint: Checkpoint) -> Mapping[str, str]:
    prefix = "control_model."
    return {key: key.removeprefix(prefix) for key in checkpoint.tensors if key.startswith(prefix)}


def from_diffusers(checkpoint: Checkpoint) -> Mapping[str, str]:
    levels = [
        (
            checkpoint.count(f"down_blocks.{level}.resnets"),
            checkpoint.bears(f"down_blocks.{level}.downsamplers.0.conv.weight"),
        )
        for level in range(checkpoint.count("down_blocks"))
    ]
    return diffusers_names.renamed(checkpoint, modules(levels, checkpoint.count("controlnet_cond_embedding.blocks")))


def to_diffusers(checkpoint: Checkpoint) -> Mapping[str, str]:
    """{canonical key: diffusers key}."""
    levels, blocks = [], 0
    for n in range(1, checkpoint.count("input_blocks")):
        halves = checkpoint.bears(f"input_blocks.{n}.0.op.weight")
        blocks += not halves
        if halves or n == checkpoint.count("input_blocks") - 1:
            levels.append((blocks, halves))
            blocks = 0
    hint_blocks = checkpoint.count("input_hint_block") // 2 - 1
    theirs = {ldm: diffusers for diffusers, ldm in modules(levels, hint_blocks).items()}
    return diffusers_names.renamed(checkpoint, theirs)


def modules(levels: Sequence[tuple[int, bool]], hint_blocks: int) -> dict[str, str]:
    """{diffusers module: ldm module} for levels of so many residual blocks, each halving the size at its end or not."""
    names = {
        "time_embedding.linear_1": "time_embed.0",
        "time_embedding.linear_2": "time_embed.2",
        "add_embedding.linear_1": "label_emb.0.0",
        "add_embedding.linear_2": "label_emb.0.2",
        "conv_in": "input_blocks.0.0",
        "controlnet_mid_block": "middle_block_out.0",
        "mid_block.attentions.0": "middle_block.1",
        **diffusers_names.resnet("mid_block.resnets.0", "middle_block.0"),
        **diffusers_names.resnet("mid_block.resnets.1", "middle_block.2"),
        **diffusers_names.hint_encoder(hint_blocks),
    }
    numbers = count(1)
    for level, (blocks, halves) in enumerate(levels):
        for j in range(blocks):
            n = next(numbers)
            names |= diffusers_names.resnet(f"down_blocks.{level}.resnets.{j}", f"input_blocks.{n}.0")
            names[f"down_blocks.{level}.attentions.{j}"] = f"input_blocks.{n}.1"
        if halves:
            names[f"down_blocks.{level}.downsamplers.0.conv"] = f"input_blocks.{next(numbers)}.0.op"
    for i in range(next(numbers)):
        names[f"controlnet_down_blocks.{i}"] = f"zero_convs.{i}.0"
    return names


RELATIVES = ("task_embedding", "*lllite*", "lora_controlnet", "difference", "*enc_zero_convs_*", "*dec_zero_convs_*")

CONTROLNET = Architecture(
    id="ControlNet",
    layouts=(
        Layout("original", Signature(("zero_convs.0.0.weight", "input_hint_block.0.weight"), RELATIVES), as_it_is),
        Layout(
            "control_model.*",
            Signature(("control_model.zero_convs.0.0.weight", "control_model.input_hint_block.0.weight"), RELATIVES),
            unwrapped,
            ignores=("model.", "first_stage_model.", "cond_stage_model."),
        ),
        Layout(
            "diffusers",
            Signature(
                ("controlnet_cond_embedding.conv_in.weight", "controlnet_down_blocks.0.weight"),
                (*RELATIVES, "*motion_modules*", "*temporal_*", "up_connections.*"),
            ),
            from_diffusers,
        ),
    ),
    build=ControlNet,
)
