"""The ldm UNet's residual block, its downsampling, and the embedding of the timestep.

Key names follow CompVis/latent-diffusion, ldm/modules/diffusionmodules/openaimodel.py.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

MOST_GROUPS = 32


def timestep_embedding(timesteps: Tensor, width: int) -> Tensor:
    """Cosines, then sines of (B,) timesteps: (B, width), in fp32. Vaswani et al. 2017, arXiv:1706.03762."""
    half = width // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half, dtype=torch.float32, device=timesteps.device) / half)
    angles = timesteps[:, None].float() * frequencies[None]
    embedding = torch.cat([angles.cos(), angles.sin()], dim=-1)
    return torch.cat([embedding, torch.zeros_like(embedding[:, :1])], dim=-1) if width % 2 else embedding


def largest_divisor(number: int, limit: int) -> int:
    """The largest divisor of `number` that is no greater than `limit`."""
    return next(divisor for divisor in range(min(number, limit), 0, -1) if number % divisor == 0)


def group_norm(channels: int, eps: float, ops: Any) -> nn.Module:
    return ops.GroupNorm(largest_divisor(channels, MOST_GROUPS), channels, eps=eps)


class ResBlock(nn.Module):
    """(B, inner, H, W) and the embedding (B, embedded) -> (B, outer, H, W)."""

    def __init__(self, inner: int, outer: int, embedded: int, ops: Any):
        super().__init__()
        self.in_layers = nn.Sequential(group_norm(inner, 1e-5, ops), nn.SiLU(), ops.Conv2d(inner, outer, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), ops.Linear(embedded, outer))
        self.out_layers = nn.Sequential(
            group_norm(outer, 1e-5, ops), nn.SiLU(), nn.Identity(), ops.Conv2d(outer, outer, 3, padding=1)
        )  # the Identity stands where the published layout has its dropout
        self.skip_connection = nn.Identity() if inner == outer else ops.Conv2d(inner, outer, 1)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.in_layers(x)
        h = h + self.emb_layers(embedding).type(h.dtype)[..., None, None]
        return self.skip_connection(x) + self.out_layers(h)


class Downsample(nn.Module):
    """(B, inner, H, W) -> (B, outer, ceil(H / 2), ceil(W / 2))."""

    def __init__(self, inner: int, outer: int, ops: Any):
        super().__init__()
        self.op = ops.Conv2d(inner, outer, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)
