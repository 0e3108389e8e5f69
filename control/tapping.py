"""Reads what a control gives the UNet while it runs, without changing it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .model import ControlModel, ControlOutput
from .residuals import Block
from .scale import Scale
from .step import Step


@dataclass(eq=False)
class Tap:
    """How large the deltas of a run are, for the first image and the positive prompt: means of squares over the
    channels, (H, W) each, by the step's number and the block.
    """

    powers: dict[tuple[int, Block], list[Tensor]] = field(default_factory=dict)

    def keep(self, step: Step, block: Block, delta: Tensor) -> None:
        """`delta` (B, C, H, W) as it is added. Where a step is of several evaluations of different sizes (areas), only
        those of the first one's are kept."""
        if 0 not in step.cond_or_uncond:
            return
        row = step.cond_or_uncond.index(0) * len(step.images)
        power = delta.detach()[row if delta.shape[0] > 1 else 0].float().square().mean(0).cpu()
        known = self.powers.setdefault((step.number, block), [])
        if not known or known[0].shape == power.shape:
            known.append(power)

    @property
    def magnitudes(self) -> dict[tuple[int, Block], Tensor]:
        """The roots of the means of all that belongs to a step and a block."""
        return {place: torch.stack(powers).mean(0).sqrt() for place, powers in self.powers.items()}


@dataclass(frozen=True)
class TappedScale(Scale):
    """A Scale that shows every delta that it has scaled."""

    shown: Callable[[Block, Tensor], None] = lambda block, delta: None

    def __call__(self, block: Block, delta: Tensor) -> Tensor:
        scaled = super().__call__(block, delta)
        self.shown(block, scaled)
        return scaled


class Tapped(ControlModel):
    """`network`, with a tap on all that it gives, residuals and patches alike. It computes the same."""

    def __init__(self, network: ControlModel, tap: Tap):
        super().__init__()
        self.network, self.tap = network, tap
        for name in ControlModel.__annotations__:
            setattr(self, name, getattr(network, name))

    def encode(self, *hints: Tensor) -> Any:
        return self.network.encode(*hints)

    def output(self, step: Step, encoded: Any, scale: Scale) -> ControlOutput:
        return self.network.output(step, encoded, TappedScale(**vars(scale), shown=partial(self.tap.keep, step)))
