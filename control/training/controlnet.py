"""A new ControlNet, as lllyasviel/ControlNet makes it: the base's encoder copied, zero towards the base."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from ..architectures.controlnet import HEAD_CHANNELS_KEY
from ..checkpoint import Checkpoint
from .unet import encoder_widths, latent_channels
from .weights import PUBLISHED_HINT, Weights

COPIED = ("time_embed.", "label_emb.", "input_blocks.", "middle_block.")
FIRST = "input_blocks.0.0.weight"


@dataclass(frozen=True)
class NewControlNet:
    """What may be chosen: the widths of the hint encoder, from its input on.

    `head_channels` is that of the base's attention, where it is not Stable Diffusion's.
    """

    hint: tuple[int, ...] = PUBLISHED_HINT
    head_channels: int | None = None

    def checkpoint(self, unet: Mapping[str, Tensor]) -> Checkpoint:
        """Weights with original keys, for the UNet with these weights (ldm keys)."""
        weights, base = Weights({key: unet[key].clone() for key in unet if key.startswith(COPIED)}), Checkpoint(unet)
        weights[FIRST] = weights[FIRST][:, : latent_channels(base)].clone()
        widths = encoder_widths(base)
        weights.hint_encoder((*self.hint, widths[0]))
        for n, width in enumerate(widths):
            weights.zero(f"zero_convs.{n}.0", nn.Conv2d(width, width, 1))
        weights.zero("middle_block_out.0", nn.Conv2d(widths[-1], widths[-1], 1))
        told = {} if self.head_channels is None else {HEAD_CHANNELS_KEY: str(self.head_channels)}
        return Checkpoint(weights, metadata=told)
