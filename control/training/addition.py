"""Residuals as patches of the UNet: ComfyUI's own places for them add in place, which autograd forbids."""

from typing import Any

import torch
from torch import Tensor

from ..model import ControlOutput, Patches
from ..residuals import Residuals


def as_patches(output: ControlOutput, depth: int) -> Patches:
    """All of the output as functions for the UNet, whose encoder has `depth` blocks.

    A residual with fewer rows than the UNet's batch belongs to the first of them.
    """
    if not output.residuals:
        return output.patches
    added = _Added(output.residuals, depth)
    ours = {"input_block_patch": [added.after_input], "output_block_patch": [added.before_output]}
    points = {*ours, *output.patches}
    return {point: [*ours.get(point, ()), *output.patches.get(point, ())] for point in points}


class _Added:
    def __init__(self, residuals: Residuals, depth: int):
        self.residuals, self.depth = residuals, depth

    def after_input(self, h: Tensor, options: dict[str, Any]) -> Tensor:
        return _sum(h, self.residuals.get(("input", options["block"][1])))

    def before_output(self, h: Tensor, skip: Tensor, options: dict[str, Any]) -> tuple[Tensor, Tensor]:
        n = options["block"][1]
        middle = self.residuals.get(("middle", 0)) if n == 0 else None
        return _sum(h, middle), _sum(skip, self.residuals.get(("skip", self.depth - 1 - n)))


def _sum(whole: Tensor, residual: Tensor | None) -> Tensor:
    if residual is None:
        return whole
    rows = residual.shape[0]
    return whole + residual if rows == whole.shape[0] else torch.cat([whole[:rows] + residual, whole[rows:]])
