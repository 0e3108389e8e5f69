"""Stage 3: the Canny ControlNet, a copy of the trained encoder with zero convolutions. arXiv:2302.05543."""

from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from ...control.architectures.controlnet import ControlNet
from ...control.backend import Backend
from ...control.checkpoint import Checkpoint
from ...control.step import Step
from ...control.unet_shape import encoder_widths
from ...fidelity.edges import edge_fidelity
from ...host.sampling import to_comfy
from ...preprocessors.canny import canny
from ..shape import LATENT_CHANNELS, UNET
from . import autoencoder
from .base import Base, buckets, choose, drop, guided, known_tokens, save_picture
from .diffusion import sample, velocity_loss
from .examples import HELD_OUT_SEEDS, example
from .run import Run

EMPTY_PROMPTS = 0.5
LOW, HIGH = (50, 100), (200, 350)  # thresholds vary, as in the original's annotator training
EVALUATE_EVERY = 500
HINT_CHANNELS = (3, 16, 16, 32, 32, 48, 48, 64)  # narrower than the published 16 .. 256, as the UNet is
COPIED = ("time_embed.", "input_blocks.", "middle_block.")


def new_controlnet(unet: nn.Module) -> ControlNet:
    """A ControlNet that changes nothing yet: the UNet's encoder copied, everything that leads out of it zero."""
    weights = {key: value.clone() for key, value in unet.state_dict().items() if key.startswith(COPIED)}
    width = UNET["model_channels"]
    hint = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in zip(HINT_CHANNELS, (*HINT_CHANNELS[1:], width)))
    nn.init.zeros_(hint[-1].weight)
    nn.init.zeros_(hint[-1].bias)
    for i, conv in enumerate(hint):
        weights |= {f"input_hint_block.{2 * i}.weight": conv.weight, f"input_hint_block.{2 * i}.bias": conv.bias}
    for n, channels in enumerate(encoder_widths(width, UNET["channel_mult"], UNET["num_res_blocks"])):
        weights |= _zero_conv(f"zero_convs.{n}.0", channels)
    weights |= _zero_conv("middle_block_out.0", channels)
    checkpoint = Checkpoint(weights, metadata={"num_head_channels": str(UNET["num_head_channels"])})
    model = ControlNet(checkpoint, Backend())
    model.load_state_dict(weights)
    return model.requires_grad_(True)


def _zero_conv(prefix: str, channels: int) -> dict[str, Tensor]:
    return {f"{prefix}.weight": torch.zeros(channels, channels, 1, 1), f"{prefix}.bias": torch.zeros(channels)}


def controlled(base: Base, control: ControlNet, encoded: Tensor, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
    """The velocity that the base predicts under control. `encoded` is the hint as the control encodes it."""
    step = Step(x=x, timesteps=t.float(), context=context, sigma=0.0, sigma_at=lambda percent: 0.0)
    residuals = control.residuals(step, encoded)
    return base(x, t, context, to_comfy(residuals, len(control.base.widths)))


def train(folder: Path, device: torch.device, steps: int) -> None:
    encoder = autoencoder.load(folder, device)
    among = buckets(folder, encoder)
    base = Base(known_tokens(among))
    base.load_state_dict(torch.load(folder / "base.pt", weights_only=True, map_location="cpu")["averaged"])
    base = base.to(device).eval().requires_grad_(False)
    run = Run(folder, "control", new_controlnet(base.unet).to(device), steps, learning_rate=8e-4)

    def loss(generator: torch.Generator) -> Tensor:
        bucket = choose(among, generator)
        chosen = bucket.examples.pick(bucket.batch, generator)
        low, high = (int(torch.randint(*bounds, (1,), generator=generator)) for bounds in (LOW, HIGH))
        hint = canny((bucket.examples.pixels(chosen) + 1) / 2, low=low, high=high).to(device)
        tokens = drop(bucket.tokens[chosen], EMPTY_PROMPTS, generator).to(device)
        denoise = partial(controlled, base, run.model, run.model.encode(hint), context=base.text(tokens))
        return velocity_loss(denoise, bucket.latents[chosen].float().to(device), generator)

    def evaluate(averaged: ControlNet) -> dict:
        scenes = [example(HELD_OUT_SEEDS + i, 128) for i in range(16)]
        real = torch.stack([torch.from_numpy(s.image) for s in scenes]).movedim(-1, 1).float() / 255
        hint, captions = canny(real), [s.caption for s in scenes]
        noise = torch.randn(16, LATENT_CHANNELS, 16, 16, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            encoded = averaged.encode(torch.cat([hint, hint]))
            denoise = guided(partial(controlled, base, averaged, encoded), base.text, captions)
            drawn = encoder.decode(sample(denoise, noise))
        scores = edge_fidelity(hint, canny((drawn + 1) / 2))
        save_picture(folder / f"control_{run.step:06}.png", [real[:12] * 2 - 1, hint[:12] * 2 - 1, drawn[:12]])
        return {"f1": round(sum(score.f1 for score in scores) / len(scores), 4)}

    run.train(loss, evaluate, EVALUATE_EVERY)
