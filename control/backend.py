"""Where layers come from and how attention is computed: what a host may replace in every network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

Attention = Callable[[Tensor, Tensor, Tensor, int, bool], Tensor]
"""(q, k, v, heads, in_fp32) -> the attended values; q is (B, N, C), k and v (B, M, C), the answer (B, N, C)."""


def torch_attention(q: Tensor, k: Tensor, v: Tensor, heads: int, in_fp32: bool) -> Tensor:
    dtype = q.dtype
    if in_fp32:
        q, k, v = q.float(), k.float(), v.float()
    q, k, v = (t.unflatten(-1, (heads, -1)).transpose(1, 2) for t in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2).to(dtype)


@dataclass(frozen=True)
class Backend:
    """`ops` is torch.nn or anything with its class names."""

    ops: Any = nn
    attention: Attention = torch_attention
