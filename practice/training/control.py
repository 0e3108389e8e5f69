"""Stage 3: the Canny ControlNet, a copy of the trained encoder with zero convolutions. arXiv:2302.05543."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...control.architectures.controlnet import ControlNet
from ...control.backend import Backend
from ...control.model import ControlOutput
from ...control.step import Step
from ...control.training.addition import as_patches
from ...control.training.controlnet import NewControlNet
from ...control.training.run import averaged
from ...fidelity.edges import edge_fidelity
from ...preprocessors.edges.canny import canny
from ..autoencoder import Autoencoder
from ..shape import LATENT_CHANNELS, UNET
from ..world import HELD_OUT_SEEDS
from . import autoencoder
from .base import Base, Bucket, buckets, choose, drop, guided, load, save_picture
from .diffusion import sample, velocity_loss
from .examples import example
from .run import Log, checkpoint, stage

EMPTY_PROMPTS = 0.5
LOW, HIGH = (50, 100), (200, 350)  # thresholds vary, as in the original's annotator training
EVALUATE_EVERY = 500
HINT_CHANNELS = (3, 8, 8, 16, 16, 32, 32, 64)  # narrower than the published 16 .. 256, as the UNet is


def new_controlnet(unet: nn.Module) -> ControlNet:
    """A ControlNet that changes nothing yet: the UNet's encoder copied, everything that leads out of it zero."""
    new = NewControlNet(HINT_CHANNELS, UNET["num_head_channels"])
    checkpoint = new.checkpoint(unet.state_dict())
    model = ControlNet(checkpoint, Backend())
    model.load_state_dict(checkpoint.tensors)
    return model.requires_grad_(True)


def controlled(base: Base, control: ControlNet, encoded: Tensor, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
    """The velocity that the base predicts with its first rows under control: as many as `encoded` has.

    `encoded` is the hint as the control encodes it.
    """
    rows = encoded.shape[0]
    step = Step(x=x[:rows], timesteps=t[:rows].float(), context=context[:rows], sigma=0.0, sigma_at=lambda percent: 0.0)
    residuals = control.residuals(step, encoded, control.places.blocks)
    return base(x, t, context, as_patches(ControlOutput(residuals, {}), len(control.base.widths)))


def hints(bucket: Bucket, chosen: list[int], generator: torch.Generator) -> Tensor:
    """Canny maps of the chosen pictures, (B, 3, H, W), at random thresholds."""
    low, high = (int(torch.randint(*bounds, (1,), generator=generator)) for bounds in (LOW, HIGH))
    return canny((bucket.examples.pixels(chosen) + 1) / 2, low=low, high=high)


def fidelity(
    predict: Callable[..., Tensor],
    encode: Callable[[Tensor], Any],
    base: Base,
    encoder: Autoencoder,
    picture: Path,
) -> dict:
    """F1 on held-out pictures, some of which are drawn into `picture`.

    `predict(encoded hint, x, t, context)` is the velocity under control.
    """
    device = next(encoder.parameters()).device
    scenes = [example(HELD_OUT_SEEDS + i, 128) for i in range(16)]
    real = torch.stack([torch.from_numpy(s.image) for s in scenes]).to(device).movedim(-1, 1).float() / 255
    hint, captions = canny(real), [s.caption for s in scenes]
    noise = torch.randn(16, LATENT_CHANNELS, 16, 16, generator=torch.Generator().manual_seed(1)).to(device)
    with torch.no_grad():
        denoise = guided(partial(predict, encode(torch.cat([hint, hint]))), base.text, captions)
        drawn = encoder.decode(sample(denoise, noise))
    scores = edge_fidelity(hint, canny((drawn + 1) / 2))
    save_picture(picture, [real[:12] * 2 - 1, hint[:12] * 2 - 1, drawn[:12]])
    return {"f1": round(sum(score.f1 for score in scores) / len(scores), 4)}


def main(folder: Path, device: torch.device, steps: int) -> None:
    encoder = autoencoder.load(folder, device)
    among = buckets(folder, encoder)
    base = load(folder, device)
    run = stage(folder, "control", new_controlnet(base.unet).to(device), steps, learning_rate=8e-4)

    def loss(generator: torch.Generator) -> Tensor:
        bucket = choose(among, generator)
        chosen = bucket.examples.pick(bucket.batch, generator)
        hint = hints(bucket, chosen, generator).to(device)
        tokens = drop(bucket.tokens[chosen], EMPTY_PROMPTS, generator).to(device)
        denoise = partial(controlled, base, run.model, run.model.encode(hint), context=base.text(tokens))
        return velocity_loss(denoise, bucket.latents[chosen].float().to(device), generator)

    def evaluate(averaged: ControlNet) -> dict:
        picture = folder / f"control_{run.step:06}.png"
        return fidelity(partial(controlled, base, averaged), averaged.encode, base, encoder, picture)

    run.train(loss, Log(run, evaluate, EVALUATE_EVERY))


def load_control(folder: Path, base: Base, device: torch.device) -> ControlNet:
    """The trained ControlNet, frozen."""
    control = new_controlnet(base.unet)
    control.load_state_dict(averaged(checkpoint(folder, "control")))
    return control.to(device).eval().requires_grad_(False)
