"""The course of a strength, from whichever way the user wrote it down."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..errors import InvalidValue
from .schedule import Course, Curve, Interpolation, Keyframes, Values, parse_keyframes


def course(
    text: str = "",
    keyframes: Keyframes | None = None,
    curve: Callable[[float], float] | None = None,
    floats: Sequence[float] | None = None,
    interpolation: Interpolation = "linear",
) -> Course | None:
    """None where nothing is given: the strength stays.

    Raises:
        InvalidValue: more than one is given, or an empty list.
    """
    ways = {"text": text.strip() or None, "keyframes": keyframes, "curve": curve, "floats": floats}
    given = [name for name, way in ways.items() if way is not None]
    if len(given) > 1:
        raise InvalidValue(
            f"The schedule has {' and '.join(given)}. Use one of them, and empty or disconnect the rest."
        )
    if keyframes is not None:
        return replace(keyframes, interpolation=interpolation)
    if curve is not None:
        return Curve(curve)
    if floats is not None:
        if not floats:
            raise InvalidValue("The list of floats of the schedule is empty. Give one strength or more.")
        return Values(tuple(map(float, floats)))
    return Keyframes(parse_keyframes(text), interpolation) if given else None
