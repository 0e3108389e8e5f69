"""Features at the size that the UNet has, where a patch of it has changed that (Kohya's Deep Shrink, for one)."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def at_size(x: Tensor, size: Sequence[int]) -> Tensor:
    """(B, C, h, w) -> (B, C, H, W) for a `size` of H, W, by the nearest pixel as in sd-webui-controlnet.

    `x` itself where it has that size.
    """
    return x if tuple(x.shape[-2:]) == tuple(size) else F.interpolate(x, tuple(size), mode="nearest")
