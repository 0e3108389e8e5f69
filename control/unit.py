"""A control model applied to a hint: what the user chose, and nothing that the sampler computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .mask import Mask
from .model import ControlModel, ControlOutput
from .options import Options
from .residuals import Block
from .rows import Rows
from .scale import Scale
from .schedule import Moment, Schedule
from .step import Step
from .weights import LayerWeights, Places

NOTHING = ControlOutput({}, {})
SOFT = LayerWeights("soft")


@dataclass(frozen=True)
class Manner:
    """How to apply a control, whatever it is: everything that the user chose but the model and the hint.

    `pooled`: its residuals are averaged over the image.
    """

    schedule: Schedule = Schedule()
    weights: LayerWeights | None = None
    mask: Mask | None = None
    options: Options = Options()
    pooled: bool = False

    def rows(self, step: Step) -> Rows:
        """The parts of the batch that the control acts on."""
        multiplier = self._uncond
        acting = (n for n, uncond in enumerate(step.cond_or_uncond) if not uncond or multiplier != 0.0)
        return Rows(len(step.cond_or_uncond), tuple(acting))

    def fits(self, step: Step) -> bool:
        """Whether the latent is of a size at which it acts."""
        if self.options.sizes is None:
            return True
        smallest, largest = self.options.sizes
        return smallest <= max(step.size) <= largest

    def mask_at(self, step: Step) -> Mask | None:
        return self.schedule.at(step).mask or self.mask

    def strength_at(self, step: Step) -> float:
        """0 where it does not act."""
        mask = self.mask_at(step)
        return self.schedule.at(step).strength if self.fits(step) and not (mask and mask.is_empty) else 0.0

    def weights_at(self, step: Step, places: Places) -> Mapping[Block, float]:
        return self._weights(self.schedule.at(step)).of(places)

    @property
    def every_weights(self) -> tuple[LayerWeights, ...]:
        """All block weights that it may come to use."""
        return (self._weights(Moment()), *self.schedule.weights)

    def scale(self, step: Step, places: Places) -> Scale | None:
        """For a step of acting rows; None where nothing acts."""
        if self.strength_at(step) == 0.0:
            return None
        mask, strength, weights = self.mask_at(step), self.schedule.at(step).strength, self.weights_at(step, places)
        mask_at = None if mask is None or mask.is_full else mask.at(step)
        scale = Scale(strength, weights, mask_at, self._row_factors(step), self.pooled)
        return scale if any(scale.acts(block) for block in places.blocks) else None

    @property
    def _uncond(self) -> float:
        cond_only = self.options.mode == "control" or (self.pooled and not self.options.pooled_uncond)
        return 0.0 if cond_only else self.options.uncond

    def _weights(self, moment: Moment) -> LayerWeights:
        soft = SOFT if self.options.mode != "balanced" else LayerWeights()
        return moment.weights or self.weights or soft

    def _row_factors(self, step: Step) -> Tensor | None:
        """(B, 1, 1, 1) for the uncond multiplier and the strengths of single images; None where all are 1."""
        own, others = dict(self.options.strengths), self.options.strength_of_others
        images = [own.get(place, others) for place in step.images]
        parts = [self._uncond if uncond else 1.0 for uncond in step.cond_or_uncond]
        factors = [part * image for part in parts for image in images]
        if all(factor == 1.0 for factor in factors):
            return None
        return torch.tensor(factors, device=step.x.device, dtype=torch.float32).reshape(-1, 1, 1, 1)


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
