"""Stage 2: UNet and text encoder together, on latents and captions."""

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from comfy import ops
from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel
from torch import Tensor, nn

from ...control.training.run import averaged
from ..autoencoder import Autoencoder
from ..shape import LATENT_CHANNELS, UNET
from ..world import HELD_OUT_SEEDS
from . import autoencoder
from .diffusion import Denoiser, sample, velocity_loss
from .examples import Examples, example
from .run import Log, checkpoint, stage
from .text import TextEncoder, tokenize

BUCKETS = ((128, 20_000, 20, 0.8), (256, 3_000, 4, 0.2))  # side, pictures, batch, how often
EMPTY_PROMPTS = 0.1
EVALUATE_EVERY = 1000
GUIDANCE = 3.0


class Bucket:
    """Pictures of one size with their latents and tokens, and a batch size that fits it."""

    def __init__(self, folder: Path, side: int, count: int, batch: int, encoder: Autoencoder):
        self.examples, self.batch = Examples(folder, side, count), batch
        self.latents = self.examples.latents(encoder)
        self.tokens = tokenize(self.examples.captions)


def buckets(folder: Path, encoder: Autoencoder) -> list[Bucket]:
    return [Bucket(folder, side, count, batch, encoder) for side, count, batch, _ in BUCKETS]


def choose(among: list[Bucket], generator: torch.Generator) -> Bucket:
    weights = torch.tensor([often for *_, often in BUCKETS])
    return among[int(torch.multinomial(weights, 1, generator=generator))]


class Base(nn.Module):
    """The UNet and the text encoder that it was trained with."""

    def __init__(self, known_tokens: list[int]):
        super().__init__()
        self.text = TextEncoder(known_tokens)
        self.unet = UNetModel(**UNET, dtype=torch.float32, operations=Initialised)
        _zero_as_published(self.unet)

    def forward(self, x: Tensor, t: Tensor, context: Tensor, patches: dict[str, list] | None = None) -> Tensor:
        """`patches` are functions for ComfyUI's UNet by patch point."""
        return self.unet(x, t.float(), context, transformer_options={"patches": patches or {}})


def known_tokens(folder: Path) -> list[int]:
    """Every token of every caption, in order."""
    captions = itertools.chain.from_iterable(Examples(folder, side, count).captions for side, count, *_ in BUCKETS)
    return tokenize(list(captions)).unique().tolist()


def load(folder: Path, device: torch.device) -> Base:
    """The trained base, frozen."""
    base = Base(known_tokens(folder))
    base.load_state_dict(averaged(checkpoint(folder, "base")))
    return base.to(device).eval().requires_grad_(False)


def drop(tokens: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """`tokens` with a share of the prompts replaced by the empty one."""
    empty = torch.rand(tokens.shape[0], generator=generator) < share
    return torch.where(empty[:, None], tokenize([""]), tokens)


def guided(predict: Callable[..., Tensor], text: TextEncoder, captions: list[str]) -> Denoiser:
    """A denoiser with classifier-free guidance; `predict(x, t, context=...)` is the network for both halves."""
    context = text(tokenize(captions + [""] * len(captions)))

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        with_prompt, without = predict(torch.cat([x, x]), torch.cat([t, t]), context=context).chunk(2)
        return without + GUIDANCE * (with_prompt - without)

    return denoise


def save_picture(path: Path, rows: list[Tensor]) -> None:
    """`rows` of images (B, 3, H, W) in [-1, 1], one under the other."""
    grid = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1).clamp(-1, 1)
    pixels = ((grid + 1) * 127.5).movedim(0, -1).cpu().numpy().astype(np.uint8)
    cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))


def main(folder: Path, device: torch.device, steps: int) -> None:
    encoder = autoencoder.load(folder, device)
    among = buckets(folder, encoder)
    model = Base(known_tokens(folder)).to(device)
    run = stage(folder, "base", model, steps, learning_rate=8e-4)

    def loss(generator: torch.Generator) -> Tensor:
        bucket = choose(among, generator)
        chosen = bucket.examples.pick(bucket.batch, generator)
        tokens = drop(bucket.tokens[chosen], EMPTY_PROMPTS, generator).to(device)
        return velocity_loss(
            partial(model, context=model.text(tokens)), bucket.latents[chosen].float().to(device), generator
        )

    def evaluate(averaged: Base) -> dict:
        scenes = [example(HELD_OUT_SEEDS + i, 128) for i in range(8)]
        captions = [s.caption for s in scenes]
        noise = torch.randn(8, LATENT_CHANNELS, 16, 16, generator=torch.Generator().manual_seed(1)).to(device)
        real = torch.stack([torch.from_numpy(s.image) for s in scenes]).to(device).movedim(-1, 1).float() / 127.5 - 1
        with torch.no_grad():
            drawn = encoder.decode(sample(guided(averaged, averaged.text, captions), noise))
        save_picture(folder / f"base_{run.step:06}.png", [real, encoder.decode(encoder.encode(real)), drawn])
        return {"picture": run.step}

    run.train(loss, Log(run, evaluate, EVALUATE_EVERY))


class Initialised(ops.disable_weight_init):
    """ComfyUI's layers leave their weights as they find the memory; a new network needs PyTorch's."""

    Linear, Conv2d, GroupNorm, LayerNorm = nn.Linear, nn.Conv2d, nn.GroupNorm, nn.LayerNorm


def _zero_as_published(unet: UNetModel) -> None:
    """The ldm UNet starts with every residual branch and its output at zero."""
    for name, parameter in unet.named_parameters():
        if ".out_layers.3." in name or ".proj_out." in name or name.startswith("out.2."):
            nn.init.zeros_(parameter)
