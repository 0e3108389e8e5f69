"""One evaluation of the UNet, as a control model sees it."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Step:
    """Everything that changes from one evaluation to the next; the names are those of the ldm UNet.

    `x` is (B, C, H, W) as the UNet receives it, `timesteps` (B,) in fp32 whatever the weights are, `context` (B, N, D),
    `y` (B, D) or None. `sigma_at` maps a percent of the sampling range to its sigma. `cond_or_uncond` says of each
    equal part of the batch whether it is the positive (0) or the negative prompt's (1).
    """

    x: Tensor
    timesteps: Tensor
    context: Tensor
    sigma: float
    sigma_at: Callable[[float], float]
    y: Tensor | None = None
    cond_or_uncond: tuple[int, ...] = (0,)
