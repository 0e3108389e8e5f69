"""The published practice model, frozen: what further controls are trained on."""

import torch
from safetensors.torch import load_file

from ...host.practice import PRACTICE_MODEL
from ..autoencoder import Autoencoder
from ..shape import LATENT_CHANNELS
from .base import Base

UNET, AUTOENCODER = "model.diffusion_model.", "first_stage_model."
TEXT = "cond_stage_model.clip_practice.transformer.text_model."
TABLE = "embeddings.token_embedding.weight"


def load(device: torch.device) -> tuple[Base, Autoencoder]:
    """The parts of the file that export.py writes, in fp32."""
    tensors = {key: value.float() for key, value in load_file(PRACTICE_MODEL).items()}
    text, unet, autoencoder = (_part(tensors, prefix) for prefix in (TEXT, UNET, AUTOENCODER))
    known = text[TABLE].abs().sum(dim=1).nonzero().flatten().tolist()
    text[TABLE] = torch.cat([torch.zeros(1, text[TABLE].shape[1]), text[TABLE][known]])
    base, encoder = Base(known), Autoencoder(LATENT_CHANNELS)
    own = base.text.clip.state_dict()
    base.text.clip.load_state_dict(
        {key: text.get(key.removeprefix("text_model."), value) for key, value in own.items()}
    )
    base.unet.load_state_dict(unet)
    encoder.load_state_dict(autoencoder)
    return tuple(part.to(device).eval().requires_grad_(False) for part in (base, encoder))


def _part(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
