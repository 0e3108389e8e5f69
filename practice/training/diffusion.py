"""Noise schedule, loss and a plain sampler for the practice model: Stable Diffusion's schedule, velocity prediction.

The network predicts v = sqrt(a) noise - sqrt(1 - a) image (Salimans & Ho 2022, arXiv:2202.00512), as Stable Diffusion
2.1 does. A network this small cannot copy its noisy input to its output exactly enough to predict noise at high noise
levels: after 2,200 steps on noise alone, its images were still grain.
"""

from collections.abc import Callable

import torch
from torch import Tensor

STEPS = 1000

Denoiser = Callable[[Tensor, Tensor], Tensor]
"""(noisy latents, timesteps (B,)) -> predicted velocity."""


def signal_levels() -> Tensor:
    """Cumulative alphas (1000,) of Stable Diffusion's schedule."""
    return (1 - torch.linspace(0.00085**0.5, 0.012**0.5, STEPS, dtype=torch.float64) ** 2).cumprod(0).float()


def velocity_loss(denoise: Denoiser, latents: Tensor, generator: torch.Generator) -> Tensor:
    """Mean squared error of the predicted velocity, timesteps uniform."""
    t = torch.randint(STEPS, latents.shape[:1], generator=generator)
    noise = torch.randn(latents.shape, generator=generator).to(latents)
    level = signal_levels()[t].to(latents)[:, None, None, None]
    noisy = level.sqrt() * latents + (1 - level).sqrt() * noise
    velocity = level.sqrt() * noise - (1 - level).sqrt() * latents
    return (denoise(noisy, t.to(latents.device)) - velocity).square().mean()


@torch.no_grad()
def sample(denoise: Denoiser, noise: Tensor, steps: int = 20) -> Tensor:
    """Latents from noise by DDIM, Song et al. 2020, arXiv:2010.02502."""
    levels = torch.cat([signal_levels(), torch.ones(1)])
    times = torch.linspace(STEPS - 1, -1, steps + 1).round().long()
    x = noise
    for now, then in zip(times[:-1].tolist(), times[1:].tolist()):
        level, target = levels[now], levels[then]
        velocity = denoise(x, torch.full((x.shape[0],), now, device=x.device))
        clean = level.sqrt() * x - (1 - level).sqrt() * velocity
        left = (1 - level).sqrt() * x + level.sqrt() * velocity
        x = target.sqrt() * clean + (1 - target).sqrt() * left
    return x
