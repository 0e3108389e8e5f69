"""One evaluation of the UNet, as a control model sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


class BaseUNet(Protocol):
    """What a control that shares the base's embeddings asks of it."""

    def time_embedding(self, timesteps: Tensor) -> Tensor:
        """(B,) -> (B, embedded)."""

    def label_embedding(self, y: Tensor) -> Tensor:
        """The vector conditioning (B, D) -> (B, embedded)."""


@dataclass(frozen=True)
class Step:
    """Everything that changes from one evaluation to the next; the names are those of the ldm UNet.

    `x` is (B, C, H, W) as the UNet receives it, `timesteps` (B,) in fp32 whatever the weights are, `context` (B, N, D),
    `y` (B, D) or None. `sigma_at` maps a percent of the sampling range to its sigma. `cond_or_uncond` says of each
    equal part of the batch whether it is the positive (0) or the negative prompt's (1). `base` is the sampled UNet.
    """

    x: Tensor
    timesteps: Tensor
    context: Tensor
    sigma: float
    sigma_at: Callable[[float], float]
    y: Tensor | None = None
    cond_or_uncond: tuple[int, ...] = (0,)
    base: BaseUNet | None = None
