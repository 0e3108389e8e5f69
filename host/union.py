"""The type of a hint, by name: for ControlNet Unions of this pack, and for those that ComfyUI's own loader makes."""

from collections.abc import Sequence
from dataclasses import dataclass

import comfy.cldm.cldm
import comfy.controlnet
import comfy.ldm.flux.controlnet
from torch import Tensor

from ..control.architectures.controlnet_union import TYPES, ControlNetUnion, Mathematics, Role, divided
from ..errors import MissingInput, WrongControl
from .applying import apply_control
from .sampling import ComfyControl

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


def apply_union(
    positive: list,
    negative: list | None,
    control: comfy.controlnet.ControlBase,
    rows: Sequence[Row],
    strength: float,
    percents: tuple[float, float],
    mathematics: Mathematics,
) -> tuple[list, object]:
    """Both conditionings with all rows in one evaluation of the network; a row of strength 0 is left out.

    Raises:
        MissingInput: there is no row.
        WrongControl: the control is no ControlNet Union of ours, or does not know a row's type.
    """
    if not rows:
        raise MissingInput("Apply Union Control has no image. Connect at least one of its images, with its type.")
    if not (isinstance(control, ComfyControl) and isinstance(control.model, ControlNetUnion)):
        raise WrongControl(
            "Apply Union Control needs a ControlNet Union for SDXL from Load Control, and this control is something "
            "else. Use Apply Control for it, with Union Type before it if it has types."
        )
    numbers = [_number(row.type, control.model.types) for row in rows]
    active = [(row, number) for row, number in zip(rows, numbers) if row.strength != 0.0]
    if not active:
        return apply_control(positive, negative, control, rows[0].image, 0.0, percents)
    whole, inside = divided([row.strength for row, _ in active])
    first, *others = (row.image for row, _ in active)
    several = control.copy()
    several.use(control.model.with_roles([Role(n, s) for (_, n), s in zip(active, inside)], mathematics))
    several.further_hints = tuple(image.movedim(-1, 1) for image in others)
    return apply_control(positive, negative, several, first, strength * whole, percents)


def _number(name: str, types: tuple[str, ...]) -> int:
    if name not in types:
        known = f"It has {', '.join(types)}." if types else "It has none: choose auto, or load a ControlNet Union."
        raise WrongControl(f"This control model has no type {name}. {known}")
    return types.index(name)
