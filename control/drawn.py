"""What was drawn in the graph: the values of the editors for curves and bars, checked."""

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidValue
from .weights import LayerWeights, parse

VERSION = 1
INTERPOLATIONS = ("linear", "monotone_cubic")


def drawn_curve(value: Any) -> dict[str, Any]:
    """The points, and how values between them are found, as ComfyUI's CURVE has them.

    A point is (x, y): x from 0 to 1 and rising, y from 0 to 1.

    Raises:
        InvalidValue: it is no such curve, or of a newer version.
    """
    fields = _fields(value, "curve")
    interpolation = fields.get("interpolation", "monotone_cubic")
    try:
        points = [(float(x), float(y)) for x, y in fields["points"]]
    except (KeyError, TypeError, ValueError):
        points = []
    inside = all(0.0 <= number <= 1.0 for point in points for number in point)
    if not points or not inside or points != sorted(points, key=lambda point: point[0]):
        raise InvalidValue(
            f"The curve's points are {_short(fields.get('points'))}. Expected one or more [x, y] with numbers from 0 "
            "to 1, from left to right. Draw it anew, or paste text like 0:1, 0.5:0.8."
        )
    if interpolation not in INTERPOLATIONS:
        raise InvalidValue(
            f"The curve's interpolation is {interpolation!r}. Expected one of {', '.join(INTERPOLATIONS)}."
        )
    return {"points": points, "interpolation": interpolation}


def drawn_weights(value: Any, middle: float = 1.0, uncond: float = 1.0) -> LayerWeights:
    """One for each place of the arrangement that the bars were drawn for; all alike where none was.

    Raises:
        InvalidValue: it is nothing of the kind, or of a newer version.
    """
    fields = _fields(value, "bars")
    arrangement, text = fields.get("arch", ""), fields.get("w", "")
    if not isinstance(arrangement, str) or not isinstance(text, str):
        raise InvalidValue(
            f"The bars are {_short(value)}. Expected two texts, arch like 'skip 0..8, middle' and w like '1, 0.8'."
        )
    values = parse(text)
    return LayerWeights(values=values, middle=middle, uncond=uncond, arrangement=arrangement if values else "")


def _fields(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidValue(f"The {name} hold {_short(value)} instead of what their editor makes. Draw them anew.")
    version = value.get("v", VERSION)
    if version != VERSION:
        raise InvalidValue(
            f"The {name} are of version {version!r}, and this Armature knows version {VERSION}. Update Armature, or "
            "draw them anew."
        )
    return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
