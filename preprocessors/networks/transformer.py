"""Blocks of the vision transformer: Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words", arXiv:2010.11929.

The names are those of huggingface/pytorch-image-models (Apache-2.0), which MiDaS and DINOv2 keep.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

HEAD = 64  # channels of a head of attention, in every size
EPSILON = 1e-6


class Attention(nn.Module):
    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.qkv = ops.Linear(width, 3 * width)
        self.proj = ops.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, -1, HEAD)).permute(2, 0, 3, 1, 4)
        return self.proj(scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class Perceptron(nn.Module):
    def __init__(self, width: int, inner: int, ops: Any):
        super().__init__()
        self.fc1 = ops.Linear(width, inner)
        self.fc2 = ops.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(gelu(self.fc1(x)))


class LayerScale(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class Block(nn.Module):
    """Tokens (B, N, width) -> the same; `scaled` as DINOv2 has it, with a factor for each channel of each branch."""

    def __init__(self, width: int, ops: Any, scaled: bool = False):
        super().__init__()
        self.norm1 = ops.LayerNorm(width, eps=EPSILON)
        self.attn = Attention(width, ops)
        self.norm2 = ops.LayerNorm(width, eps=EPSILON)
        self.mlp = Perceptron(width, 4 * width, ops)
        self.ls1, self.ls2 = (LayerScale(width) if scaled else nn.Identity() for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


def as_map(tokens: Tensor, height: int, width: int) -> Tensor:
    """(B, C, height, width) of tokens (B, height * width, C)."""
    return tokens.transpose(1, 2).unflatten(2, (height, width))
