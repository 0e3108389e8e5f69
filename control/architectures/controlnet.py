"""ControlNet: a copy of the UNet's encoder whose blocks reach the UNet through zero convolutions.

Zhang et al. 2023, arXiv:2302.05543. Key names follow lllyasviel/ControlNet, cldm/cldm.py; the diffusers layout is that
of huggingface/diffusers, models/controlnets/controlnet.py. For Stable Diffusion 1.x, 2.x, SDXL and anything of the
same topology, at any width.
"""

from collections.abc import Mapping
from itertools import count, pairwise

from torch import Tensor, nn

from ...errors import MissingInput
from ..architecture import Architecture, Layout, Signature
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..layers.resnet import Downsample, ResBlock, largest_divisor, timestep_embedding
from ..layers.transformer import SpatialTransformer, TransformerShape
from ..model import ResidualModel
from ..residuals import Residuals
from ..step import Step
from ..unet_shape import UNKNOWN, UNetShape

HEADS = 8  # of Stable Diffusion 1.x, whose projections are convolutions; not in the weights
HEAD_CHANNELS = 64  # of Stable Diffusion 2.x and SDXL, whose projections are linear
HEAD_CHANNELS_KEY = "num_head_channels"  # in a file's metadata, where neither is true


class EncoderBlock(nn.Sequential):
    """Layers of one UNet block; each is given what it takes of the timestep embedding and the text."""

    def forward(self, x: Tensor, embedding: Tensor, context: Tensor) -> Tensor:
        for layer in self:
            if isinstance(layer, ResBlock):
                x = layer(x, embedding)
            elif isinstance(layer, SpatialTransformer):
                x = layer(x, context)
            else:
                x = layer(x)
        return x


class ControlNet(ResidualModel):
    """hint (B, C, 8H, 8W) -> one residual for each skip of the UNet, and one for its middle block."""

    def __init__(self, checkpoint: Checkpoint, backend: Backend):
        super().__init__()
        ops, sizes = backend.ops, Sizes(checkpoint)
        self.base, self.hint_channels, self.downscale_factor = sizes.base, sizes.hint[0], sizes.downscale_factor
        self.time_embed = _embedder(sizes.width, sizes.embedded, ops)
        self.label_emb = nn.Sequential(_embedder(sizes.base.y_dim, sizes.embedded, ops)) if sizes.base.y_dim else None
        self.input_hint_block = _hint_encoder(sizes.hint, ops)
        self.input_blocks = nn.ModuleList(
            _block(f"input_blocks.{n}", sizes, backend) for n in range(len(sizes.base.widths))
        )
        self.zero_convs = nn.ModuleList(nn.Sequential(ops.Conv2d(width, width, 1)) for width in sizes.base.widths)
        self.middle_block = _block("middle_block", sizes, backend)
        self.middle_block_out = nn.Sequential(ops.Conv2d(sizes.base.widths[-1], sizes.base.widths[-1], 1))

    def encode(self, hint: Tensor) -> Tensor:
        """(B, C, 8H, 8W) in [0, 1] -> (B, width, H, W)."""
        return self.input_hint_block(hint)

    def residuals(self, step: Step, encoded: Tensor) -> Residuals:
        embedding = self.time_embed(timestep_embedding(step.timesteps, self.base.widths[0]).to(step.x.dtype))
        if self.label_emb is not None:
            if step.y is None:
                raise MissingInput(f"This ControlNet is for {self.base.name}, whose vector conditioning is missing.")
            embedding = embedding + self.label_emb(step.y)
        found: Residuals = {}
        h = step.x
        for n, (block, zero_conv) in enumerate(zip(self.input_blocks, self.zero_convs)):
            h = block(h, embedding, step.context)
            h = h + encoded if n == 0 else h
            found["skip", n] = zero_conv(h)
        h = self.middle_block(h, embedding, step.context)
        found["middle", 0] = self.middle_block_out(h)
        return found


class Sizes:
    """What the shapes of a checkpoint with canonical keys say."""

    def __init__(self, checkpoint: Checkpoint):
        self.checkpoint = checkpoint
        self.width = checkpoint.shape("input_blocks.0.0.weight")[0]
        self.embedded = checkpoint.shape("time_embed.0.weight")[0]
        hint_convs = [f"input_hint_block.{i}.weight" for i in range(0, checkpoint.count("input_hint_block"), 2)]
        self.hint = (checkpoint.shape(hint_convs[0])[1], *(checkpoint.shape(key)[0] for key in hint_convs))
        self.downscale_factor = 2 ** len(_strided(len(hint_convs)))
        text_keys = [key for key in checkpoint.tensors if key.endswith("attn2.to_k.weight")]
        self.base = UNetShape(
            widths=tuple(
                checkpoint.shape(f"zero_convs.{n}.0.weight")[0] for n in range(checkpoint.count("zero_convs"))
            ),
            context_dim=checkpoint.shape(text_keys[0])[1] if text_keys else UNKNOWN,
            y_dim=checkpoint.shape("label_emb.0.0.weight")[1] if checkpoint.bears("label_emb.0.0.weight") else None,
        )

    def transformer(self, prefix: str) -> TransformerShape:
        inner, channels, *kernel = self.checkpoint.shape(f"{prefix}.proj_in.weight")
        return TransformerShape(
            channels=channels,
            inner=inner,
            heads=self._heads(inner, linear=not kernel),
            depth=self.checkpoint.count(f"{prefix}.transformer_blocks"),
            context_dim=self.base.context_dim,
            linear=not kernel,
            in_fp32=self.base.name == "Stable Diffusion 2.x",
        )

    def _heads(self, inner: int, linear: bool) -> int:
        if said := self.checkpoint.metadata.get(HEAD_CHANNELS_KEY):
            return inner // int(said)
        return inner // largest_divisor(inner, HEAD_CHANNELS) if linear else largest_divisor(inner, HEADS)


def _embedder(inner: int, outer: int, ops) -> nn.Sequential:
    return nn.Sequential(ops.Linear(inner, outer), nn.SiLU(), ops.Linear(outer, outer))


def _strided(convs: int) -> list[int]:
    """Which of the hint encoder's convolutions halve the size: 2, 4 and 6 of the published 8."""
    return list(range(2, convs - 1, 2))


def _hint_encoder(channels: tuple[int, ...], ops) -> nn.Sequential:
    layers: list[nn.Module] = []
    strided = _strided(len(channels) - 1)
    for i, (inner, outer) in enumerate(pairwise(channels)):
        layers += [ops.Conv2d(inner, outer, 3, stride=2 if i in strided else 1, padding=1), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def _block(prefix: str, sizes: Sizes, backend: Backend) -> EncoderBlock:
    checkpoint = sizes.checkpoint
    return EncoderBlock(*(_layer(f"{prefix}.{i}", sizes, backend) for i in range(checkpoint.count(prefix))))


def _layer(prefix: str, sizes: Sizes, backend: Backend) -> nn.Module:
    checkpoint, ops = sizes.checkpoint, backend.ops
    if checkpoint.bears(f"{prefix}.proj_in.weight"):
        return SpatialTransformer(sizes.transformer(prefix), backend)
    if checkpoint.bears(f"{prefix}.op.weight"):
        return Downsample(checkpoint.shape(f"{prefix}.op.weight")[0], ops)
    if checkpoint.bears(f"{prefix}.in_layers.2.weight"):
        outer, inner, *_ = checkpoint.shape(f"{prefix}.in_layers.2.weight")
        return ResBlock(inner, outer, sizes.embedded, ops)
    outer, inner, *_ = checkpoint.shape(f"{prefix}.weight")
    return ops.Conv2d(inner, outer, 3, padding=1)


def build(checkpoint: Checkpoint, backend: Backend) -> ControlNet:
    return ControlNet(checkpoint, backend)


def _as_it_is(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key for key in checkpoint.tensors}


def _wrapped(checkpoint: Checkpoint) -> Mapping[str, str]:
    prefix = "control_model."
    return {key: key.removeprefix(prefix) for key in checkpoint.tensors if key.startswith(prefix)}


RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}


def _from_diffusers(checkpoint: Checkpoint) -> Mapping[str, str]:
    modules = _diffusers_modules(checkpoint)
    names = {}
    for key in checkpoint.tensors:
        prefix = next((p for p in modules if key.startswith(f"{p}.")), None)
        if prefix is not None:
            names[key] = modules[prefix] + key.removeprefix(prefix)
    return names


def _diffusers_modules(checkpoint: Checkpoint) -> dict[str, str]:
    """{diffusers module: ldm module}; what stands inside a module has one name in both."""
    last_hint = 2 * (checkpoint.count("controlnet_cond_embedding.blocks") + 1)
    modules = {
        "time_embedding.linear_1": "time_embed.0",
        "time_embedding.linear_2": "time_embed.2",
        "add_embedding.linear_1": "label_emb.0.0",
        "add_embedding.linear_2": "label_emb.0.2",
        "conv_in": "input_blocks.0.0",
        "controlnet_mid_block": "middle_block_out.0",
        "controlnet_cond_embedding.conv_in": "input_hint_block.0",
        "controlnet_cond_embedding.conv_out": f"input_hint_block.{last_hint}",
        "mid_block.attentions.0": "middle_block.1",
        **_resnet("mid_block.resnets.0", "middle_block.0"),
        **_resnet("mid_block.resnets.1", "middle_block.2"),
    }
    for i in range(checkpoint.count("controlnet_cond_embedding.blocks")):
        modules[f"controlnet_cond_embedding.blocks.{i}"] = f"input_hint_block.{2 * (i + 1)}"
    for i in range(checkpoint.count("controlnet_down_blocks")):
        modules[f"controlnet_down_blocks.{i}"] = f"zero_convs.{i}.0"
    numbers = count(1)
    for level in range(checkpoint.count("down_blocks")):
        for j in range(checkpoint.count(f"down_blocks.{level}.resnets")):
            n = next(numbers)
            modules |= _resnet(f"down_blocks.{level}.resnets.{j}", f"input_blocks.{n}.0")
            modules[f"down_blocks.{level}.attentions.{j}"] = f"input_blocks.{n}.1"
        if checkpoint.bears(f"down_blocks.{level}.downsamplers.0.conv.weight"):
            modules[f"down_blocks.{level}.downsamplers.0.conv"] = f"input_blocks.{next(numbers)}.0.op"
    return modules


def _resnet(diffusers: str, ldm: str) -> dict[str, str]:
    return {f"{diffusers}.{theirs}": f"{ldm}.{ours}" for theirs, ours in RESNET.items()}


RELATIVES = ("task_embedding", "*lllite*", "lora_controlnet", "difference", "*enc_zero_convs_*", "*dec_zero_convs_*")

CONTROLNET = Architecture(
    id="ControlNet",
    layouts=(
        Layout("original", Signature(("zero_convs.0.0.weight", "input_hint_block.0.weight"), RELATIVES), _as_it_is),
        Layout(
            "control_model.*",
            Signature(("control_model.zero_convs.0.0.weight", "control_model.input_hint_block.0.weight"), RELATIVES),
            _wrapped,
            ignores=("model.", "first_stage_model.", "cond_stage_model."),
        ),
        Layout(
            "diffusers",
            Signature(
                ("controlnet_cond_embedding.conv_in.weight", "controlnet_down_blocks.0.weight"),
                (*RELATIVES, "*motion_modules*", "*temporal_*", "up_connections.*"),
            ),
            _from_diffusers,
        ),
    ),
    build=build,
)
