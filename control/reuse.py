"""Residuals that are used again for a few steps: an approximation, for those who ask for it."""

from collections.abc import Collection
from typing import Any

from .model import ResidualModel
from .residuals import Block, Residuals
from .step import Step


class ReusedResiduals(ResidualModel):
    """`network`, run at every `every`-th sampling step and whenever a prompt or a size is new.

    `kept` is what one run remembers: the residuals, and the step that made them.
    """

    def __init__(self, network: ResidualModel, every: int, kept: dict[tuple, tuple[int, Residuals]]):
        super().__init__()
        self.network, self.every, self.kept = network, every, kept
        self.places = network.places

    def residuals(self, step: Step, encoded: Any, wanted: Collection[Block]) -> Residuals:
        key = (step.prompts, step.cond_or_uncond, step.window, tuple(step.x.shape))
        made, kept = self.kept.get(key, (None, {}))
        if made is None or not made <= step.number < made + self.every or not kept.keys() >= set(wanted):
            made, kept = step.number, self.network.residuals(step, encoded, wanted)
            self.kept[key] = (made, kept)
        return {block: kept[block] for block in wanted}
