"""One evaluation of the UNet, as a control model sees it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from .area import Area, Size
from .rows import Rows

ROUNDING = 1e-6  # a sigma may have gone through fp32 arithmetic


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
    `y` (B, D) or None. `sigma_at` maps a percent of the sampling range to its sigma, `percent_at` a sigma to its
    percent; `sigmas` are those of the run, the one behind its last step included, and `evaluated` those at which the
    control was asked so far, this one last and each once in a row. `cond_or_uncond` says of each equal part of the
    batch whether it is the positive (0) or the negative prompt's (1), and `prompts` tells the prompts of the parts from
    others. `window` holds the numbers that the rows of one part have in the whole batch of latents, where only some of
    it is evaluated, and `frames` is the size of the whole. `areas` are the parts of the image that the parts of the
    batch show, None for a whole one; there are none where all show the whole. `tile` is what the whole latent shows of
    the image that the masks are for, None for all of it. `base` is the sampled UNet.
    """

    x: Tensor
    timesteps: Tensor
    context: Tensor
    sigma: float
    sigma_at: Callable[[float], float]
    percent_at: Callable[[float], float] = lambda sigma: 0.0
    sigmas: tuple[float, ...] = ()
    y: Tensor | None = None
    cond_or_uncond: tuple[int, ...] = (0,)
    prompts: tuple[Hashable, ...] = ()
    window: tuple[int, ...] | None = None
    areas: tuple[Area | None, ...] = ()
    frames: int | None = None
    base: BaseUNet | None = None
    evaluated: tuple[float, ...] = ()
    tile: Area | None = None

    @property
    def images(self) -> tuple[int, ...]:
        """The numbers of the latents of one part."""
        return self.window or tuple(range(self.x.shape[0] // len(self.cond_or_uncond)))

    @property
    def count(self) -> int:
        """Of the latents of the whole batch."""
        return self.frames or len(self.images)

    @property
    def size(self) -> Size:
        """Of the whole latent."""
        return next((area.whole for area in self.areas if area is not None), Size(*self.x.shape[-2:]))

    def each(self, of: Callable[[Area | None], Tensor]) -> Tensor:
        """`of` of the area of each part, one for each row; or (1, ...), where one stands for all.

        `of` gives one for each latent of a part, or one for all.
        """
        areas = self.areas or (None,) * len(self.cond_or_uncond)
        found = {area: of(area) for area in dict.fromkeys(areas)}
        if len(found) == 1 and found[areas[0]].shape[0] == 1:
            return found[areas[0]]
        return torch.cat([found[area].expand(len(self.images), *found[area].shape[1:]) for area in areas])

    @property
    def number(self) -> int:
        """Of the sampling step, from 0; evaluations between two steps belong to the first of them."""
        begun = sum(sigma >= self.sigma * (1 - ROUNDING) for sigma in self.sigmas[:-1])
        return max(begun - 1, 0)

    def part(self, rows: Rows) -> "Step":
        """The step of these rows alone."""
        if rows.all:
            return self
        return replace(
            self,
            x=rows.take(self.x),
            timesteps=rows.take(self.timesteps),
            context=rows.take(self.context),
            y=None if self.y is None else rows.take(self.y),
            cond_or_uncond=tuple(self.cond_or_uncond[n] for n in rows.acting),
            prompts=tuple(self.prompts[n] for n in rows.acting) if self.prompts else (),
            areas=tuple(self.areas[n] for n in rows.acting) if self.areas else (),
        )
