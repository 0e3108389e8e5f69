"""ControlNet-XS: a small network beside the UNet, that exchanges features with it after every block.

Zavadski, Feiden, Rother 2023, arXiv:2312.06573. Key names follow vislearn/ControlNet-XS, twoStreamControl.py, class
TwoStreamControlNet. Types A ("encoder"), B ("encoder_double") and C ("full") with
both infusions ("cat", "add"), for Stable Diffusion 1.x, 2.x, SDXL and anything of their topology, at any width.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..architecture import Architecture, Layout, Signature
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..layers.controlnet_xs_keys import FUSED_BASE, from_adapter, from_fused, from_legacy
from ..layers.resnet import timestep_embedding
from ..layers.unet_block import convolution, hint_downscale, hint_encoder
from ..layers.xs_unet import ControlUNet, Sizes
from ..model import Patches, PatchModel
from ..resampling import at_size
from ..residuals import Block
from ..scale import Scale
from ..step import Step
from ..weights import Places

MIX_POWER = 0.3  # of the strength, as the share of a learned time embedding; control_scale in twoStreamControl.py


@dataclass(frozen=True)
class XSOptions:
    """What the original's sampling scripts choose; the defaults run the whole network by the strength.

    `prune_until` keeps the first blocks of the control network, counted as they run: encoder, middle, decoder. What a
    kept block left for the decoder stays. None keeps all. `reference_sd` uses a learned time embedding alone at any
    strength, as the original does for Stable Diffusion; for SDXL it mixes it by the strength.
    """

    prune_until: int | None = None
    reference_sd: bool = False


class ControlNetXS(PatchModel):
    """hint (B, C, 8H, 8W) -> a stream of features beside the UNet's.

    Exchanges are 1 x 1 convolutions: `*_in` from the base to the control, `*_out` back. `enc_zero_convs_out` is empty
    in type A; `dec_zero_convs_in` and the control's decoder are there in type C only. Of a pruned network the first
    `blocks` are there, and nothing that only later ones need.
    """

    options = XSOptions()

    def __init__(self, checkpoint: Checkpoint, backend: Backend):
        super().__init__()
        sizes, ops = Sizes(checkpoint), backend.ops
        self.blocks = sizes.blocks
        self.base, self.concatenates, self.in_channels = sizes.base, sizes.concatenates, sizes.in_channels
        self.control_model = ControlUNet(sizes, backend)
        self.input_hint_block = hint_encoder(checkpoint, ops)
        self.hint_channels = checkpoint.shape("input_hint_block.0.weight")[1]
        self.downscale_factor = hint_downscale(checkpoint)
        self.enc_zero_convs_in = _exchanges("enc_zero_convs_in", sizes, ops)
        self.enc_zero_convs_out = _exchanges("enc_zero_convs_out", sizes, ops)
        self.dec_zero_convs_in = _exchanges("dec_zero_convs_in", sizes, ops)
        self.dec_zero_convs_out = _exchanges("dec_zero_convs_out", sizes, ops)
        self.middle_block_in = _exchange("middle_block_in", checkpoint, ops) if sizes.has_decoder else None
        self.middle_block_out = (
            _exchange("middle_block_out", checkpoint, ops)
            if sizes.has_middle or checkpoint.bears("middle_block_out.*")
            else None
        )
        depth = len(sizes.base.widths)
        encoder = [("input", n) for n in range(len(self.enc_zero_convs_out))]
        decoder = [("skip", n) for n in reversed(range(depth))]
        self.places = Places((*encoder, ("middle", 0), *decoder), depth)
        outward = len(self.places.blocks)
        self.variant = self._variant(sizes)
        self.register_buffer("scale_list", torch.ones(outward) if checkpoint.bears("scale_list") else None)

    def _variant(self, sizes: Sizes) -> str:
        kind = (
            "C (full)" if sizes.has_decoder else "B (encoder_double)" if len(self.enc_zero_convs_out) else "A (encoder)"
        )
        learned = "" if self.control_model.time_embed is None else ", learned time embedding"
        pruned = f", pruned to {self.blocks} blocks" if not sizes.has_middle else ""
        return f"type {kind}, infusion {'cat' if self.concatenates else 'add'}, width {sizes.width}{learned}{pruned}"

    def with_options(self, options: XSOptions) -> "ControlNetXS":
        """The same layers, run otherwise; this model is left as it is."""
        changed = copy(self)
        changed.options = options
        return changed

    def encode(self, hint: Tensor) -> Tensor:
        """(B, C, 8H, 8W) in [0, 1] -> (B, width, H, W)."""
        return self.input_hint_block(hint)

    def turn(self, block: Block) -> int:
        """The control block, in the order of execution, whose features reach the base at `block`."""
        kind, number = block
        depth = self.places.depth
        if kind == "middle":
            return depth
        return 2 * depth - number if kind == "skip" and self.control_model.output_blocks else number

    def patches(self, step: Step, encoded: Tensor, scale: Scale) -> Patches:
        stream = Stream(self, step, encoded, scale)
        patches: Patches = {
            "input_block_patch": [stream.after_input],
            "input_block_patch_after_skip": [stream.after_skip],
            "output_block_patch": [stream.before_output],
        }
        return patches if stream.learned is None else {"emb_patch": [stream.embed], **patches}


class Stream:
    """The control's side of one evaluation of the UNet: its features `h`, and the skips that its encoder left."""

    def __init__(self, model: ControlNetXS, step: Step, encoded: Tensor, scale: Scale):
        self.model, self.scale, self.encoded, self.context = model, scale, encoded, step.context
        self.x = step.x[:, : model.in_channels]
        self.learned = self._learned(step)
        self.embedding = self._blend(step.base.time_embedding(step.timesteps).to(self.x.dtype))
        if model.base.y_dim is not None and step.y is not None:
            self.embedding = self.embedding + step.base.label_embedding(step.y).to(self.x.dtype)
        self.h, self.skips = self.x, []
        kept = model.blocks if model.options.prune_until is None else min(model.options.prune_until, model.blocks)
        acting = max((model.turn(block) for block in model.places.blocks if scale.acts(block)), default=-1)
        self.last = min(acting, kept - 1)

    def embed(self, embedding: Tensor, model_channels: int, options: dict[str, Any]) -> Tensor:
        """The base's time embedding as both streams use it."""
        return self._blend(embedding)

    def after_input(self, h: Tensor, options: dict[str, Any]) -> Tensor:
        n = options["block"][1]
        if n == 0:
            self.h, self.skips = self.x, []
        if n > self.last:
            return h
        self.h = self.model.control_model.input_blocks[n](self.h, self.embedding, self.context)
        if n == 0:
            self.h = self.h + self.encoded
        self.skips.append(self.h)
        if not self.model.enc_zero_convs_out:
            return h
        return self._controlled(h, ("input", n), self.model.enc_zero_convs_out[n], self.h, n)

    def after_skip(self, h: Tensor, options: dict[str, Any]) -> Tensor:
        n = options["block"][1]
        if n < self.last:
            self.h = self._infused(self.model.enc_zero_convs_in[n], h)
        return h

    def before_output(self, h: Tensor, skip: Tensor, options: dict[str, Any]) -> tuple[Tensor, Tensor]:
        n, depth = options["block"][1], self.model.places.depth
        if n == 0 and self.last >= depth:
            h = self._after_middle(h)
        if not self.model.control_model.output_blocks:
            return self._decoded(h, n), skip
        return self._after_output(h, n - 1) if 0 < n <= self.last - depth else h, skip

    def _after_middle(self, h: Tensor) -> Tensor:
        self.h = self.model.control_model.middle_block(self.h, self.embedding, self.context)
        place = len(self.model.enc_zero_convs_out)
        h = self._controlled(h, ("middle", 0), self.model.middle_block_out, self.h, place)
        if self.model.middle_block_in is not None:
            self.h = self._infused(self.model.middle_block_in, h)
        return h

    def _after_output(self, h: Tensor, n: int) -> Tensor:
        """What follows output block n in type C. The last block has nothing after it, here as in the original."""
        joined = torch.cat([self.h, self.skips[-1 - n]], dim=1)
        size = self.skips[-2 - n].shape[-2:]
        self.h = self.model.control_model.output_blocks[n](joined, self.embedding, self.context, size)
        h = self._decoded(h, n)
        self.h = self._infused(self.model.dec_zero_convs_in[n], h)
        return h

    def _decoded(self, h: Tensor, n: int) -> Tensor:
        place, skip = len(self.model.enc_zero_convs_out) + 1 + n, self.model.places.depth - 1 - n
        if self.model.turn(("skip", skip)) > self.last:
            return h
        source = self.h if self.model.control_model.output_blocks else self.skips[skip]
        return self._controlled(h, ("skip", skip), self.model.dec_zero_convs_out[n], source, place)

    def _controlled(self, h: Tensor, block: Block, exchange: nn.Module, source: Tensor, place: int) -> Tensor:
        """The base's `h` with what the control gives it. `place` is the exchange's in `scale_list`."""
        if not self.scale.acts(block):
            return h
        delta = at_size(exchange(source), h.shape[-2:])
        if self.model.scale_list is not None:
            delta = delta * self.model.scale_list[place].float()
        return h + self.scale(block, delta).to(h.dtype)

    def _infused(self, exchange: nn.Module, h: Tensor) -> Tensor:
        news = at_size(exchange(h.to(self.h.dtype)), self.h.shape[-2:])
        return torch.cat([self.h, news], dim=1) if self.model.concatenates else self.h + news

    def _learned(self, step: Step) -> Tensor | None:
        embedder = self.model.control_model.time_embed
        if embedder is None:
            return None
        return embedder(timestep_embedding(step.timesteps, self.model.base.widths[0]).to(self.x.dtype))

    def _blend(self, embedding: Tensor) -> Tensor:
        if self.learned is None:
            return embedding
        strengths = 1.0 if self.model.options.reference_sd else self.scale.strengths
        share = torch.as_tensor(strengths, device=embedding.device).clamp(min=0.0) ** MIX_POWER
        share = share.reshape(-1, 1).to(embedding.dtype)
        return self.learned.to(embedding.dtype) * share + embedding * (1 - share)


def _exchanges(name: str, sizes: Sizes, ops: Any) -> nn.ModuleList:
    """One for each block; an Identity where a pruned file has none."""
    if not sizes.checkpoint.bears(f"{name}.*"):
        return nn.ModuleList()
    return nn.ModuleList(
        nn.Identity() if n not in sizes.exchanging(name) else _exchange(f"{name}.{n}", sizes.checkpoint, ops)
        for n in range(len(sizes.base.widths))
    )


def _exchange(name: str, checkpoint: Checkpoint, ops: Any) -> nn.Sequential:
    return nn.Sequential(convolution(f"{name}.0", checkpoint, ops))


def _as_it_is(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key for key in checkpoint.tensors if not key.startswith(DEAD)}


DEAD = "control_model.label_emb."  # in SDXL files; the original never calls it

CONTROLNET_XS = Architecture(
    id="ControlNet-XS",
    layouts=(
        Layout(
            "original",
            Signature(("enc_zero_convs_in.0.0.weight", "dec_zero_convs_out.*.0.weight", "input_hint_block.0.weight")),
            _as_it_is,
            ignores=(DEAD,),
        ),
        Layout(
            "diffusers",
            Signature(("up_connections.0.ctrl_to_base.0.weight", "controlnet_cond_embedding.conv_in.weight")),
            from_adapter,
        ),
        Layout(
            "diffusers, fused with its base model",
            Signature(("base_conv_in.weight", "ctrl_conv_in.weight", "up_blocks.0.ctrl_to_base.0.weight")),
            from_fused,
            ignores=FUSED_BASE,
        ),
        Layout(
            "diffusers before 0.28",
            Signature(("down_zero_convs_in.0.weight", "up_zero_convs_out.0.weight", "control_model.conv_in.weight")),
            from_legacy,
        ),
    ),
    build=ControlNetXS,
)
