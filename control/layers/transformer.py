"""The ldm UNet's transformer over pixels: self-attention, cross-attention to the text, feed-forward.

Key names follow CompVis/latent-diffusion, ldm/modules/attention.py.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from ..backend import Backend
from ..checkpoint import Checkpoint
from ..unet_shape import UNetShape
from .resnet import group_norm


@dataclass(frozen=True)
class TransformerShape:
    """`linear`: the projections around it are linear layers (Stable Diffusion 2 and later), not 1 x 1 convolutions.

    `in_fp32`: attention is computed in fp32, as Stable Diffusion 2 needs in half precision.
    """

    channels: int
    inner: int
    heads: int
    depth: int
    context_dim: int
    linear: bool
    in_fp32: bool = False
    norm_eps: float = 1e-6


def transformer_shape(
    prefix: str, checkpoint: Checkpoint, heads: Callable[[int, bool], int], base: UNetShape, norm_eps: float = 1e-6
) -> TransformerShape:
    """What the weights under `prefix` say; `heads(inner, linear)` says what they cannot."""
    inner, channels, *kernel = checkpoint.shape(f"{prefix}.proj_in.weight")
    return TransformerShape(
        channels=channels,
        inner=inner,
        heads=heads(inner, not kernel),
        depth=checkpoint.count(f"{prefix}.transformer_blocks"),
        context_dim=base.context_dim,
        linear=not kernel,
        in_fp32=base.name == "Stable Diffusion 2.x",
        norm_eps=norm_eps,
    )


class GEGLU(nn.Module):
    def __init__(self, inner: int, outer: int, ops):
        super().__init__()
        self.proj = ops.Linear(inner, 2 * outer)

    def forward(self, x: Tensor) -> Tensor:
        x, gate = self.proj(x).chunk(2, dim=-1)
        return x * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width: int, ops):
        super().__init__()
        self.net = nn.Sequential(GEGLU(width, 4 * width, ops), nn.Identity(), ops.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class CrossAttention(nn.Module):
    def __init__(self, shape: TransformerShape, context_dim: int, backend: Backend):
        super().__init__()
        ops, inner = backend.ops, shape.inner
        self.heads, self.in_fp32, self.attention = shape.heads, shape.in_fp32, backend.attention
        self.to_q = ops.Linear(inner, inner, bias=False)
        self.to_k = ops.Linear(context_dim, inner, bias=False)
        self.to_v = ops.Linear(context_dim, inner, bias=False)
        self.to_out = nn.Sequential(ops.Linear(inner, inner), nn.Identity())

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        attended = self.attention(self.to_q(x), self.to_k(context), self.to_v(context), self.heads, self.in_fp32)
        return self.to_out(attended)


class TransformerBlock(nn.Module):
    def __init__(self, shape: TransformerShape, backend: Backend):
        super().__init__()
        ops, inner = backend.ops, shape.inner
        self.attn1 = CrossAttention(shape, inner, backend)
        self.ff = FeedForward(inner, ops)
        self.attn2 = CrossAttention(shape, shape.context_dim, backend)
        self.norm1, self.norm2, self.norm3 = ops.LayerNorm(inner), ops.LayerNorm(inner), ops.LayerNorm(inner)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        n = self.norm1(x)
        x = x + self.attn1(n, n)
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class SpatialTransformer(nn.Module):
    """(B, C, H, W) and the text (B, N, D) -> (B, C, H, W)."""

    def __init__(self, shape: TransformerShape, backend: Backend):
        super().__init__()
        ops, channels, inner = backend.ops, shape.channels, shape.inner
        self.linear = shape.linear
        self.norm = group_norm(channels, shape.norm_eps, ops)
        self.proj_in = ops.Linear(channels, inner) if shape.linear else ops.Conv2d(channels, inner, 1)
        self.transformer_blocks = nn.ModuleList(TransformerBlock(shape, backend) for _ in range(shape.depth))
        self.proj_out = ops.Linear(inner, channels) if shape.linear else ops.Conv2d(inner, channels, 1)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        h = self.norm(x)
        h = self.proj_in(_tokens(h)) if self.linear else _tokens(self.proj_in(h))
        for block in self.transformer_blocks:
            h = block(h, context)
        h = _pixels(self.proj_out(h), height, width) if self.linear else self.proj_out(_pixels(h, height, width))
        return h + x


def _tokens(x: Tensor) -> Tensor:
    return x.movedim(1, 3).flatten(1, 2).contiguous()


def _pixels(x: Tensor, height: int, width: int) -> Tensor:
    return x.unflatten(1, (height, width)).movedim(3, 1).contiguous()
