"""Stage 4: base and ControlNet together, everything unlocked, as the paper does once the control has converged.

Half of the pictures have no hint, so that the base goes on learning to draw without one.
"""

from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from ...control.architectures.controlnet import ControlNet
from ...control.training.run import averaged
from . import autoencoder
from .base import EMPTY_PROMPTS, Base, buckets, choose, drop, load
from .control import EMPTY_PROMPTS as EMPTY_PROMPTS_UNDER_CONTROL
from .control import EVALUATE_EVERY, controlled, fidelity, hints, load_control
from .diffusion import velocity_loss
from .run import Log, checkpoint, stage


def networks(folder: Path, device: torch.device) -> nn.ModuleDict:
    """What the stages before this one made: "base" and "control", to be trained."""
    base = load(folder, device)
    return nn.ModuleDict({"base": base, "control": load_control(folder, base, device)}).requires_grad_(True)


def load_both(folder: Path, device: torch.device) -> tuple[Base, ControlNet]:
    """The trained base and ControlNet, frozen."""
    both = networks(folder, device)
    both.load_state_dict(averaged(checkpoint(folder, "joint")))
    both.eval().requires_grad_(False)
    return both["base"], both["control"]


def main(folder: Path, device: torch.device, steps: int) -> None:
    encoder = autoencoder.load(folder, device)
    among = buckets(folder, encoder)
    run = stage(folder, "joint", networks(folder, device), steps, learning_rate=6e-4)
    base, control = run.model["base"], run.model["control"]

    def loss(generator: torch.Generator) -> Tensor:
        bucket = choose(among, generator)
        chosen = bucket.examples.pick(bucket.batch, generator)
        half = len(chosen) // 2
        encoded = control.encode(hints(bucket, chosen[:half], generator).to(device))
        under_control = drop(bucket.tokens[chosen[:half]], EMPTY_PROMPTS_UNDER_CONTROL, generator)
        tokens = torch.cat([under_control, drop(bucket.tokens[chosen[half:]], EMPTY_PROMPTS, generator)]).to(device)
        denoise = partial(controlled, base, control, encoded, context=base.text(tokens))
        return velocity_loss(denoise, bucket.latents[chosen].float().to(device), generator)

    def evaluate(averaged: nn.ModuleDict) -> dict:
        base, control, picture = averaged["base"], averaged["control"], folder / f"joint_{run.step:06}.png"
        return fidelity(partial(controlled, base, control), control.encode, base, encoder, picture)

    run.train(loss, Log(run, evaluate, EVALUATE_EVERY))
