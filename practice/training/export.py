"""Stage 5: the averaged weights of the other stages as the safetensors files that the pack ships."""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from ...control.training.run import steps_taken
from ...host.practice import PRACTICE_MODEL, WEIGHTS
from ..shape import CONTEXT_DIM, UNET
from . import autoencoder
from .examples import Examples
from .joint import load_both
from .run import checkpoint

COMMON = {"modelspec.author": "Armature", "modelspec.license": "GPL-3.0-or-later"}


def main(folder: Path, device: torch.device, steps: int) -> None:
    encoder, (base, control) = autoencoder.load(folder, device), load_both(folder, device)
    text = {**base.text.published(), "text_projection.weight": torch.eye(CONTEXT_DIM)}
    weights = {
        **{f"model.diffusion_model.{key}": value for key, value in base.unet.state_dict().items()},
        **{f"first_stage_model.{key}": value for key, value in encoder.state_dict().items()},
        **{f"cond_stage_model.clip_practice.transformer.{key}": value for key, value in text.items()},
    }
    examples = Examples(folder, side=128, count=20_000).pixels(list(range(256)))
    facts = {
        "modelspec.title": "Armature practice model",
        "steps": _steps(folder, "autoencoder", "base", "joint"),
        "latent_rgb_factors": json.dumps(preview_factors(encoder.encode(examples.to(device)).cpu(), examples)),
    }
    save(weights, PRACTICE_MODEL, facts)
    facts = {
        "modelspec.title": "Armature practice ControlNet (Canny)",
        "steps": _steps(folder, "control", "joint"),
        "num_head_channels": str(UNET["num_head_channels"]),
    }
    save(control.state_dict(), WEIGHTS / "controls" / "practice_canny.safetensors", facts)


def preview_factors(latents: Tensor, images: Tensor) -> list[list[float]]:
    """What ComfyUI's latent2rgb preview multiplies latents by: a row of three for each channel, then the bias.

    The least-squares fit to `images` (B, 3, 8H, 8W) in [-1, 1].
    """
    colours = F.avg_pool2d(images, 8).movedim(1, -1).flatten(0, 2)
    known = latents.movedim(1, -1).flatten(0, 2)
    known = torch.cat([known, torch.ones(known.shape[0], 1)], dim=1)
    return [[round(value, 4) for value in row] for row in torch.linalg.lstsq(known, colours).solution.tolist()]


def _steps(folder: Path, *stages: str) -> str:
    """How long each stage was trained."""
    taken = (steps_taken(checkpoint(folder, stage)) for stage in stages)
    return ", ".join(f"{stage} {step}" for stage, step in zip(stages, taken))


def save(weights: dict[str, Tensor], path: Path, facts: dict[str, str]) -> None:
    """Write a half-precision safetensors file with these facts in its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.half().cpu().contiguous() for key, value in weights.items()}, path, {**COMMON, **facts})
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
