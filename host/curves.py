"""ComfyUI's curves as functions."""

from collections.abc import Callable
from typing import Any

from ..control.drawn import drawn_curve


def curve_function(curve: Any) -> Callable[[float], float]:
    """Of a CURVE, from a link or as it was drawn: ComfyUI evaluates both.

    Raises:
        InvalidValue: what was drawn is no curve.
    """
    import comfy_api.latest  # noqa: F401 (comfy_api.input cannot be the first of the two)
    from comfy_api.input import CurveInput  # newer than the oldest ComfyUI that the pack runs in

    return (curve if isinstance(curve, CurveInput) else CurveInput.from_raw(drawn_curve(curve))).interp
