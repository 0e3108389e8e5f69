"""The course of a strength, from whichever way the user wrote it down."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from ..errors import InvalidValue
from .held_keyframes import HeldKeyframes
from .schedule import Course, Curve, Interpolation, Keyframes, Values, WalkedCourse, parse_keyframes


def course(
    text: str = "",
    keyframes: Keyframes | None = None,
    curve: Callable[[float], float] | None = None,
    floats: Sequence[float] | None = None,
    interpolation: Interpolation | Literal["hold"] = "linear",
) -> Course | WalkedCourse | None:
    """None where nothing is given: the strength stays. With "hold", keyframes are `HeldKeyframes`.

    Raises:
        InvalidValue: more than one is given, an empty list, or keyframes with guaranteed steps that are not held.
    """
    ways = {"text": text.strip() or None, "keyframes": keyframes, "curve": curve, "floats": floats}
    given = [name for name, way in ways.items() if way is not None]
    if len(given) > 1:
        raise InvalidValue(
            f"The schedule has {' and '.join(given)}. Use one of them, and empty or disconnect the rest."
        )
    if keyframes is None and text.strip():
        keyframes = Keyframes(parse_keyframes(text))
    if keyframes is not None and interpolation == "hold":
        return HeldKeyframes(keyframes.keyframes)
    if keyframes is not None:
        if any(frame.guaranteed > 1 for frame in keyframes.keyframes):
            raise InvalidValue(
                "A keyframe guarantees several steps, which only hold can do. Set interpolation to hold."
            )
        return replace(keyframes, interpolation=interpolation)
    if curve is not None:
        return Curve(curve)
    if floats is not None:
        if not floats:
            raise InvalidValue("The list of floats of the schedule is empty. Give one strength or more.")
        return Values(tuple(map(float, floats)))
    return None
