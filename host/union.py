"""The type of a hint, by name: for ControlNet Unions of this pack, and for those that ComfyUI's own loader makes."""

from collections.abc import Sequence
from dataclasses import dataclass

import comfy.cldm.cldm
import comfy.controlnet
import comfy.ldm.flux.controlnet
from torch import Tensor

from ..control.architectures.controlnet_union import TYPES, ControlNetUnion, Mathematics, Role, divided
from ..errors import MissingInput, WrongControl
from .inpainting import inpainting_hint
from .sampling import ComfyControl

REPAINT = "repaint"
AUTO = "auto"  # no type, as core's Set Union ControlNet Type calls it
FLUX_TYPES = ("canny", "tile", "depth", "blur", "pose", "gray", "low quality")
"""By number, of InstantX's and Shakker Labs' Union for Flux.1; a version without a mode embedding has none of them."""


@dataclass(frozen=True)
class Row:
    """One hint of an Apply Union Control: `image` is (B, H, W, C) in [0, 1], `type` a name out of TYPES."""

    image: Tensor
    type: str
    strength: float


def type_names() -> list[str]:
    """Every name that some file knows; two families mean different numbers by "depth" and "tile"."""
    return [AUTO, *dict.fromkeys((*TYPES, *FLUX_TYPES))]


def types_of(control: comfy.controlnet.ControlBase) -> tuple[str, ...]:
    """The names of the types that a loaded control knows, by number; empty where it knows none."""
    if isinstance(control, ComfyControl):
        return control.model.types
    network = control.control_model if isinstance(control, comfy.controlnet.ControlNet) else None
    if isinstance(network, comfy.ldm.flux.controlnet.ControlNetFlux):
        return FLUX_TYPES[: network.num_union_modes]
    if isinstance(network, comfy.cldm.cldm.ControlNet) and network.task_embedding is not None:
        return TYPES[: network.num_control_type]
    return ()


def with_type(control: comfy.controlnet.ControlBase, name: str) -> comfy.controlnet.ControlBase:
    """A copy of the control for hints of this type.

    Raises:
        WrongControl: it does not know the type.
    """
    copied = control.copy()
    copied.set_extra_arg("control_type", [] if name == AUTO else [_number(name, types_of(control))])
    return copied


def united(
    control: comfy.controlnet.ControlBase,
    rows: Sequence[Row],
    mathematics: Mathematics,
    inpaint_mask: Tensor | None = None,
) -> tuple[comfy.controlnet.ControlBase, Tensor, float]:
    """A copy of the control for all rows in one evaluation of the network, the first of its images, and the strength
    that is left to apply. A row of strength 0 is left out; where all are 0, so is what is left.

    `inpaint_mask` (B, H, W) is 1 where the image is to be made anew: the hole is cut into images of type repaint.

    Raises:
        MissingInput: there is no row, or none that the mask is for.
        WrongControl: the control is no ControlNet Union of ours, or does not know a row's type.
    """
    if not rows:
        raise MissingInput("Apply Union Control has no image. Connect at least one of its images, with its type.")
    if not (isinstance(control, ComfyControl) and isinstance(control.model, ControlNetUnion)):
        raise WrongControl(
            "Apply Union Control needs a ControlNet Union from Load Control, and this control is something else. Use "
            "Apply Control for it, with Union Type before it if it has types."
        )
    roles = [Role(_number(row.type, control.model.types), row.strength) for row in rows]
    images = [row.image for row in rows] if inpaint_mask is None else _with_holes(control, rows, inpaint_mask)
    active = [n for n, role in enumerate(roles) if role.strength != 0.0]
    if not active:
        return control, images[0], 0.0
    whole, inside = divided([roles[n].strength for n in active])
    first, *others = (images[n] for n in active)
    several = control.copy()
    several.use(control.model.with_roles([Role(roles[n].type, s) for n, s in zip(active, inside)], mathematics))
    several.further_hints = tuple(image.movedim(-1, 1) for image in others)
    return several, first, whole


def _with_holes(control: ComfyControl, rows: Sequence[Row], mask: Tensor) -> list[Tensor]:
    """The images, those of type repaint with the hole."""
    if not any(row.type == REPAINT for row in rows):
        raise MissingInput(
            f"An inpaint mask is connected, but no image is of type {REPAINT}. Choose that type for the image that is "
            "to be made anew, or connect the mask to mask, to say where the control acts."
        )
    holed = [inpainting_hint(control, row.image.movedim(-1, 1), mask)[0].movedim(1, -1) for row in rows]
    return [hole if row.type == REPAINT else row.image for row, hole in zip(rows, holed)]


def _number(name: str, types: tuple[str, ...]) -> int:
    if name not in types:
        known = f"It has {', '.join(types)}." if types else "It has none: choose auto, or load a ControlNet Union."
        raise WrongControl(f"This control model has no type {name}. {known}")
    return types.index(name)
