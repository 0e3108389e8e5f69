"""Gives controls that are not ours the part of their hint that an evaluation is about: its area, and its frames."""

import comfy.controlnet
import comfy.utils
from torch import Tensor

from ..control.area import Area
from ..control.hint import pick
from ..control.step import Step
from .hints import LATENT_PIXELS

MOST_KEPT = 8  # encoded hints at a time: areas alternate between a few


class Placing:
    """Sets the hint of one control, which itself remembers the last it has encoded."""

    def __init__(self):
        self.forget()

    def forget(self) -> None:
        self.source: Tensor | None = None
        self.present: tuple | None = None
        self.encoded: dict[tuple, Tensor | None] = {}

    def place(self, control: comfy.controlnet.ControlBase, hint: Tensor, beside: list[Tensor], step: Step) -> None:
        """`hint` (B, C, H, W) and what lies `beside` it are those of the whole image and of every frame."""
        if hint is not self.source:
            self.forget()
            self.source, control.cond_hint = hint, None
        parts = len(step.cond_or_uncond) if step.areas else 1
        key = (step.areas, step.window, step.images if step.areas else (), parts)
        if key == self.present:
            return
        if self.present is not None:
            self.encoded[self.present] = control.cond_hint
        if len(self.encoded) > MOST_KEPT:
            self.encoded.pop(next(iter(self.encoded)))
        self.present, control.cond_hint = key, self.encoded.get(key)
        control.cond_hint_original = _part(control, hint, step)
        control.extra_concat_orig = [_part(control, mask, step) for mask in beside]
        if isinstance(control, comfy.controlnet.T2IAdapter):
            control.control_input = None


def _part(control: comfy.controlnet.ControlBase, hint: Tensor, step: Step) -> Tensor:
    """For each row of the step, or for each latent of a part, or one for all: as ComfyUI's controls take it."""
    ratio = control.compression_ratio * (1 if control.latent_format is None else LATENT_PIXELS)

    def of(area: Area | None) -> Tensor:
        whole = step.size if area is None else area.whole
        resized = comfy.utils.common_upscale(
            picked, whole.width * ratio, whole.height * ratio, control.upscale_algorithm, "center"
        )
        return resized if area is None else area.times(ratio).cut(resized)

    picked = pick(hint, step.images) if step.areas or step.window else hint
    return step.each(of) if step.areas else picked
