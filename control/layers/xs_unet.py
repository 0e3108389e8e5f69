"""The UNet of ControlNet-XS, of any width, with or without a decoder, built from the shapes of its weights.

Key names follow vislearn/ControlNet-XS, twoStreamControl.py (its `control_model`), which are those of the ldm UNet.
"""

from torch import nn

from ...errors import IncompatibleCheckpoint
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..unet_shape import UNKNOWN, UNetShape, encoder_widths
from .resnet import largest_divisor
from .transformer import TransformerShape, transformer_shape
from .unet_block import UNetBlock, embedder, unet_block

SDXL_BLOCKS, SDXL_CONTEXT = 9, 2048
SGM_EPS, LDM_EPS = 1e-5, 1e-6  # of the norm before a transformer, in SDXL's code base and in the others'
HEADS = 8  # of Stable Diffusion 1.x, whose projections are convolutions; not in the weights
SD_HEAD_CHANNELS, SDXL_HEAD_CHANNELS = 8, 64  # at most, where the projections are linear
HEAD_CHANNELS_KEY = "num_head_channels"  # in a file's metadata, where none of these is true


class Sizes:
    """What the shapes of a ControlNet-XS with official keys say, of it and of the UNet that it was made for.

    `concatenates`: the base's features stand beside the control's ("cat"), and are not added to them ("add").
    `blocks` counts those of the control network: encoder, middle, decoder. A pruned file ends within the encoder or
    after it, without a middle block.
    """

    def __init__(self, checkpoint: Checkpoint):
        self.checkpoint = checkpoint
        self.has_decoder = checkpoint.bears("control_model.output_blocks.*")
        self.has_middle = self.has_decoder or checkpoint.bears("control_model.middle_block.*")
        widths = self._base_widths()
        self.encoder_blocks = len(widths) if self.has_middle else checkpoint.count("control_model.input_blocks")
        self.blocks = self.encoder_blocks + self.has_middle + len(widths) * self.has_decoder
        text_keys = [key for key in checkpoint.tensors if key.endswith("attn2.to_k.weight")]
        context_dim = checkpoint.shape(text_keys[0])[1] if text_keys else UNKNOWN
        self.is_sdxl = len(widths) == SDXL_BLOCKS or context_dim == SDXL_CONTEXT
        self.base = UNetShape(widths, context_dim, UNKNOWN if self.is_sdxl else None)
        self.embedded = checkpoint.shape("control_model.input_blocks.1.0.emb_layers.1.weight")[1]
        self.width, self.in_channels = checkpoint.shape("control_model.input_blocks.0.0.weight")[:2]
        self.concatenates = checkpoint.shape("control_model.input_blocks.1.0.in_layers.0.weight")[0] != self.width

    def exchanging(self, name: str) -> set[int]:
        """The places at which a list of exchanges has one: wherever the file does, and wherever a block needs it."""
        levels = len(self.base.widths)
        needed = {
            "enc_zero_convs_in": range(min(self.blocks - 1, levels)),
            "enc_zero_convs_out": range(self.encoder_blocks),
            "dec_zero_convs_in": range(levels),
            "dec_zero_convs_out": range(levels - self.encoder_blocks, levels),
        }[name]
        return {n for n in range(levels) if n in needed or self.checkpoint.bears(f"{name}.{n}.0.weight")}

    def _base_widths(self) -> tuple[int, ...]:
        """Where a pruned file no longer tells, those of Stable Diffusion's levels."""
        told = self.checkpoint.count("enc_zero_convs_in")
        widths = tuple(self.checkpoint.shape(f"enc_zero_convs_in.{n}.0.weight")[1] for n in range(told))
        levels = self.checkpoint.count("dec_zero_convs_out")
        if self.has_middle or told >= levels:
            return widths
        multipliers = (1, 2, 4) if levels == SDXL_BLOCKS else (1, 2, 4, 4)
        guessed = encoder_widths(widths[0], multipliers, [2] * len(multipliers))
        if len(guessed) != levels or guessed[:told] != widths:
            raise IncompatibleCheckpoint(
                f"{self.checkpoint.name} is a ControlNet-XS without its later blocks, for a UNet of unknown sizes. "
                "Get the whole file."
            )
        return guessed

    def transformer(self, prefix: str) -> TransformerShape:
        if not self.checkpoint.shape(f"{prefix}.proj_in.weight")[0]:
            raise IncompatibleCheckpoint(
                f"{self.checkpoint.name} is a ControlNet-XS so narrow that {prefix} has no attention head. "
                "The original code cannot run it either; get a wider one, or one of type A or B."
            )
        norm_eps = SGM_EPS if self.is_sdxl else LDM_EPS
        return transformer_shape(prefix, self.checkpoint, self._heads, self.base, norm_eps)

    def _heads(self, inner: int, linear: bool) -> int:
        if said := self.checkpoint.metadata.get(HEAD_CHANNELS_KEY):
            return inner // largest_divisor(inner, int(said))
        if not linear:
            return largest_divisor(inner, HEADS)
        return inner // largest_divisor(inner, SDXL_HEAD_CHANNELS if self.is_sdxl else SD_HEAD_CHANNELS)


class ControlUNet(nn.Module):
    """`time_embed` is None where the network uses the base's embedding; `output_blocks` is empty without a decoder.

    A pruned network has no `middle_block`, and only the first of the `input_blocks`.
    """

    def __init__(self, sizes: Sizes, backend: Backend):
        super().__init__()

        def block(name: str) -> UNetBlock:
            prefix = f"control_model.{name}"
            return unet_block(prefix, sizes.checkpoint, sizes.transformer, sizes.embedded, backend)

        self.time_embed = embedder("control_model.time_embed", sizes.checkpoint, backend.ops)
        self.input_blocks = nn.ModuleList(block(f"input_blocks.{n}") for n in range(sizes.encoder_blocks))
        self.middle_block = block("middle_block") if sizes.has_middle else None
        outputs = range(len(sizes.base.widths) if sizes.has_decoder else 0)
        self.output_blocks = nn.ModuleList(block(f"output_blocks.{n}") for n in outputs)
