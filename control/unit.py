"""A control model applied to a hint: what the user chose, and nothing that the sampler computed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from .model import ControlModel, ControlOutput
from .scale import Scale
from .schedule import Schedule
from .step import Step


@dataclass(frozen=True, eq=False)
class ControlUnit:
    """Immutable: a change is `dataclasses.replace`. `hint` is (B, C, H, W) in [0, 1]."""

    model: ControlModel
    hint: Tensor
    schedule: Schedule = Schedule()

    def output(self, step: Step, encoded: Callable[[], Any]) -> ControlOutput:
        """What to add to the UNet, and what to run in it, at this step. `encoded` is asked only when the unit acts."""
        strength = self.schedule.strength_at(step)
        if strength == 0.0:
            return ControlOutput({}, {})
        return self.model.output(step, encoded(), Scale(strength))
