"""Further Canny controls for the published practice model, which stays locked: one for each other family.

A small network cannot bring the base to draw sharper edges than it can, so none of these reaches the ControlNet that
the base was unlocked with; each shows how its family steers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from ...control.architecture import Architecture
from ...control.architectures.controlnet_xs import CONTROLNET_XS
from ...control.architectures.lllite import LLLITE
from ...control.architectures.t2i_adapter import T2I_ADAPTER
from ...control.backend import Backend
from ...control.checkpoint import Checkpoint
from ...control.layers.resnet import timestep_embedding
from ...control.model import ControlModel
from ...control.scale import Scale
from ...control.step import Step
from ...control.training.addition import as_patches
from ...control.training.controlnet_xs import NewControlNetXS
from ...control.training.lllite import NewLLLite
from ...control.training.t2i_adapter import NewT2IAdapter
from ..shape import UNET
from . import published
from .base import Base, buckets, choose, drop
from .control import EMPTY_PROMPTS, EVALUATE_EVERY, HINT_CHANNELS, fidelity, hints
from .diffusion import velocity_loss
from .export import WEIGHTS, save
from .run import Log, stage


@dataclass(frozen=True)
class Family:
    """`new(unet weights)` is the network that training starts from."""

    title: str
    architecture: Architecture
    new: Callable[[dict[str, Tensor]], Checkpoint]
    learning_rate: float


FAMILIES = {
    "xs": Family(
        "ControlNet-XS, type B",
        CONTROLNET_XS,
        NewControlNetXS(width=16, hint=HINT_CHANNELS, head_channels=UNET["num_head_channels"]).checkpoint,
        learning_rate=1.5e-3,
    ),
    "t2i_adapter": Family("T2I-Adapter", T2I_ADAPTER, NewT2IAdapter().checkpoint, learning_rate=8e-4),
    "lllite": Family("ControlNet-LLLite", LLLITE, NewLLLite(features=32, narrow=32).checkpoint, learning_rate=2e-3),
}


@dataclass(frozen=True)
class LockedUNet:
    """The base's embeddings, as a `BaseUNet`."""

    base: Base

    def time_embedding(self, timesteps: Tensor) -> Tensor:
        return self.base.unet.time_embed(timestep_embedding(timesteps, UNET["model_channels"]))

    def label_embedding(self, y: Tensor) -> Tensor:
        raise NotImplementedError("The practice model has no vector conditioning.")


def controlled(base: Base, control: ControlModel, encoded: object, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
    """The velocity that the base predicts under control."""
    step = Step(x, t.float(), context, sigma=0.0, sigma_at=lambda percent: 0.0, base=LockedUNet(base))
    output = control.output(step, encoded, Scale(1.0))
    return base(x, t, context, as_patches(output, len(control.base.widths)))


def new(name: str, base: Base) -> ControlModel:
    """The family's network before training."""
    family = FAMILIES[name]
    checkpoint = family.new(base.unet.state_dict())
    model = family.architecture.build(checkpoint, Backend())
    model.load_state_dict(checkpoint.tensors)
    return model.requires_grad_(True)


def train(name: str, folder: Path, device: torch.device, steps: int) -> None:
    """Train the family's control, and write its file."""
    family, (base, encoder) = FAMILIES[name], published.load(device)
    among = buckets(folder, encoder)
    run = stage(folder, name, new(name, base).to(device), steps, family.learning_rate)

    def loss(generator: torch.Generator) -> Tensor:
        bucket = choose(among, generator)
        chosen = bucket.examples.pick(bucket.batch, generator)
        encoded = run.model.encode(hints(bucket, chosen, generator).to(device))
        context = base.text(drop(bucket.tokens[chosen], EMPTY_PROMPTS, generator).to(device))
        denoise = partial(controlled, base, run.model, encoded, context=context)
        return velocity_loss(denoise, bucket.latents[chosen].float().to(device), generator)

    def evaluate(averaged: ControlModel) -> dict:
        picture = folder / f"{name}_{run.step:06}.png"
        return fidelity(partial(controlled, base, averaged), averaged.encode, base, encoder, picture)

    run.train(loss, Log(run, evaluate, EVALUATE_EVERY))
    facts = {"modelspec.title": f"Armature practice {family.title} (Canny)", "steps": str(run.step)}
    metadata = family.new(base.unet.state_dict()).metadata
    save(run.averaged.state_dict(), WEIGHTS / "controls" / f"practice_canny_{name}.safetensors", {**facts, **metadata})
