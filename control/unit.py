"""A control model applied to a hint: what the user chose, and nothing that the sampler computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .area import Area
from .latent_strengths import Strengths, strength_of
from .mask import Mask, MaskAtStep, overlap
from .model import ControlModel, ControlOutput
from .options import Options
from .residuals import Block
from .rows import Rows
from .scale import Scale
from .schedule import Moment, Schedule, WalkedCourse
from .step import Step
from .weights import LayerWeights, Places

NOTHING = ControlOutput({}, {})
SOFT = LayerWeights("soft")


@dataclass(frozen=True)
class Manner:
    """How to apply a control, whatever it is: everything that the user chose but the model and the hint.

    `images` are strengths of single images of the batch; those it does not name have what the schedule says, 0 without
    one. `pooled`: its residuals are averaged over the image. `tile` is what the sampled latent shows of the image that
    the masks are for, where that is not all.
    """

    schedule: Schedule = Schedule()
    weights: LayerWeights | None = None
    mask: Mask | None = None
    options: Options = Options()
    pooled: bool = False
    images: Strengths | None = None
    tile: Area | None = None

    def rows(self, step: Step) -> Rows:
        """The parts of the batch that the control acts on."""
        multiplier = self._uncond(step)
        acting = (n for n, uncond in enumerate(step.cond_or_uncond) if not uncond or multiplier != 0.0)
        return Rows(len(step.cond_or_uncond), tuple(acting))

    def fits(self, step: Step) -> bool:
        """Whether the latent is of a size at which it acts."""
        if self.options.sizes is None:
            return True
        smallest, largest = self.options.sizes
        return smallest <= max(step.size) <= largest

    def masks_at(self, step: Step) -> tuple[MaskAtStep, ...]:
        """It acts where all of them let it. Those of the schedule are counted as the options say."""
        moment, batching = self.schedule.at(step), self.options.fit.batching
        scheduled = [mask.at(step, batching) for mask in (moment.mask, moment.within) if mask]
        own = self.mask.at(step) if self.mask and not moment.mask else None
        return (*([own] if own else ()), *scheduled)

    def strength_at(self, step: Step) -> float:
        """0 where it does not act."""
        nowhere = any(found.mask.is_empty for found in self.masks_at(step))
        return self.schedule.at(step).strength if self.fits(step) and not nowhere else 0.0

    def weights_at(self, step: Step, places: Places) -> Mapping[Block, float]:
        return self._weights(self.schedule.at(step)).of(places)

    @property
    def every_weights(self) -> tuple[LayerWeights, ...]:
        """All block weights that it may come to use."""
        own = self._weights(Moment())
        return (own,) if self._keeps_weights else (own, *self.schedule.weights)

    def scale(self, step: Step, places: Places) -> Scale | None:
        """For a step of acting rows; None where nothing acts."""
        if self.strength_at(step) == 0.0:
            return None
        moment = self.schedule.at(step)
        weights = self._weights(moment)
        scale = Scale(
            moment.strength,
            weights.of(places),
            overlap(self.masks_at(step)),
            self._row_factors(step),
            self.pooled,
            weights.base_mask and weights.base_mask.at(step, self.options.fit.batching),
            weights.exponents(places),
        )
        return scale if any(scale.acts(block) for block in places.blocks) else None

    @property
    def _keeps_weights(self) -> bool:
        """Whether its own weights beat those of its schedule."""
        return self.weights is not None and isinstance(self.schedule.course, WalkedCourse)

    def _uncond(self, step: Step) -> float:
        cond_only = self.options.mode == "control" or (self.pooled and not self.options.pooled_uncond)
        return 0.0 if cond_only else self.options.uncond * self._weights(self.schedule.at(step)).uncond

    def _weights(self, moment: Moment) -> LayerWeights:
        if self._keeps_weights:
            return self.weights
        soft = SOFT if self.options.mode != "balanced" else LayerWeights()
        return moment.weights or self.weights or soft

    def _row_factors(self, step: Step) -> Tensor | None:
        """(B, 1, 1, 1) for the uncond multiplier and the strengths of single images; None where all are 1."""
        named, others = self.options.strengths, self.options.strength_of_others
        own = [strength_of(named, place, step.count, others) for place in step.images]
        images = [one * other for one, other in zip(own, self._strengths(step))]
        uncond = self._uncond(step)
        parts = [uncond if negative else 1.0 for negative in step.cond_or_uncond]
        factors = [part * image for part in parts for image in images]
        if all(factor == 1.0 for factor in factors):
            return None
        return torch.tensor(factors, device=step.x.device, dtype=torch.float32).reshape(-1, 1, 1, 1)

    def _strengths(self, step: Step) -> list[float]:
        """Of the images of a part, where they or the schedule's keyframes have their own."""
        moment = self.schedule.at(step)
        images = self.images if self.images is not None else moment.images
        if images is None:
            return [1.0] * len(step.images)
        return [strength_of(images, place, step.count, moment.others) for place in step.images]


@dataclass(frozen=True, eq=False)
class ControlUnit:
    """Immutable: a change is `dataclasses.replace`."""

    model: ControlModel
    manner: Manner = Manner()

    def output(self, step: Step, encoded: Callable[[Step], Any]) -> ControlOutput:
        """What to add to the UNet, and what to run in it, at this step.

        `encoded(step)` is the hint as the model encodes it, for the rows of that step; asked only when the unit acts.
        """
        rows = self.manner.rows(step)
        if not rows.acting:
            return NOTHING
        part = step.part(rows)
        scale = self.manner.scale(part, self.model.places)
        if scale is None:
            return NOTHING
        found = self.model.output(part, encoded(part), scale)
        if rows.all:
            return found
        batch = step.x.shape[0]
        return ControlOutput(
            {block: rows.spread(residual, batch) for block, residual in found.residuals.items()},
            {point: [rows.patch(patch) for patch in patches] for point, patches in found.patches.items()},
        )
