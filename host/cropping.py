"""Crops controls to a box of the image, for samplers that make an image tile by tile."""

from dataclasses import replace

import comfy.controlnet
import comfy.utils
from torch import Tensor

from ..control.area import Area, Size
from ..control.hint import fit_size
from ..errors import InvalidValue, WrongControl
from .foreign import ForeignControl
from .sampling import ComfyControl

Control = comfy.controlnet.ControlBase


def box(x: int, y: int, width: int, height: int, image: Size) -> Area:
    """In pixels of an image of that size.

    Raises:
        InvalidValue: a part of it lies outside.
    """
    if min(x, y) < 0 or min(width, height) < 1 or x + width > image.width or y + height > image.height:
        raise InvalidValue(
            f"The box is {width} x {height} at x {x}, y {y}, and the image {image.width} x {image.height}. Give a box "
            "that lies within the image; the image is the whole one, not the tile."
        )
    return Area(y, x, height, width, image)


def crop_controls(part: Area, *conditionings: list) -> list[list]:
    """Copies of the conditionings in which every control of a chain sees `part` of its hint and masks alone.

    `part` is in pixels of the image to be made; a crop of a crop is in pixels of the first. The prompts' own areas and
    masks stay. Entries that share a control share its copy, so that ComfyUI still runs them in one batch.

    Raises:
        WrongControl: a control keeps its hint in a form of its own.
    """
    done: dict[Control | None, Control | None] = {None: None}

    def cropped(control: Control) -> Control:
        if control not in done:
            before = control.previous_controlnet
            done[control] = _cropped(control, part).set_previous_controlnet(before and cropped(before))
        return done[control]

    def entry(tensor: Tensor, extras: dict) -> list:
        return [tensor, {**extras, "control": cropped(extras["control"])} if extras.get("control") else extras]

    return [[entry(*given) for given in conditioning] for conditioning in conditionings]


def _cropped(control: Control, part: Area) -> Control:
    copied = control.copy()
    copied.cond_hint_original = _part(control, control.cond_hint_original, part)
    copied.extra_concat_orig = [_part(control, mask, part) for mask in control.extra_concat_orig]
    if isinstance(copied, ComfyControl):
        copied.further_hints = tuple(_part(control, hint, part) for hint in control.further_hints)
    if isinstance(copied, ComfyControl | ForeignControl):
        before = copied.manner.tile
        copied.manner = replace(copied.manner, tile=part if before is None else part.within(before))
    return copied


def _part(control: Control, hint: Tensor | None, part: Area) -> Tensor:
    """Of the hint as it is fitted to the whole image."""
    if not isinstance(hint, Tensor) or hint.ndim != 4:
        raise WrongControl(
            f"A control of the kind {type(control).__name__} keeps its image in a form of its own, which cannot be "
            "cropped. Crop the image instead, and apply the control to each part."
        )
    if isinstance(control, ComfyControl):
        return part.cut(fit_size(hint, part.whole, control.manner.options.fit))
    resized = comfy.utils.common_upscale(hint, part.whole.width, part.whole.height, control.upscale_algorithm, "center")
    return part.cut(resized)
