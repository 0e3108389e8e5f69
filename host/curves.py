"""ComfyUI's curves as functions."""

from collections.abc import Callable
from typing import Any

from ..control.curve import through
from ..control.drawn import drawn_curve


def curve_function(curve: Any) -> Callable[[float], float]:
    """Of a CURVE, from a link or as it was drawn.

    Raises:
        InvalidValue: what was drawn is no curve.
    """
    linked = getattr(
        curve, "interp", None
    )  # ComfyUI's own class is newer than the oldest ComfyUI that the pack runs in
    return linked or through(**drawn_curve(curve))
