"""How ComfyUI computes attention on this machine."""

import comfy.ldm.modules.attention
import torch
from torch import Tensor


def comfy_attention(q: Tensor, k: Tensor, v: Tensor, heads: int, in_fp32: bool) -> Tensor:
    """The attention that ComfyUI chose for this machine (sage, flash, xformers, PyTorch, split, ...)."""
    precision = torch.float32 if in_fp32 else None
    return comfy.ldm.modules.attention.optimized_attention(q, k, v, heads, attn_precision=precision)
