"""Strengths that go from one value to another in even places, over time or over the images of a batch."""

from collections.abc import Callable, Iterable, Mapping

import torch

from ..errors import InvalidValue
from .latent_strengths import Strengths
from .schedule import EASINGS, Keyframe

RAMPS: Mapping[str, Callable[[float], float]] = {
    "linear": EASINGS["linear"],
    "ease-in": EASINGS["ease in"],
    "ease-out": EASINGS["ease out"],
    "ease-in-out": EASINGS["ease in and out"],
}
"""By the names that Advanced-ControlNet's nodes have for them."""


def as_list(given: float | Iterable[float]) -> list[float]:
    """One strength or many."""
    return [float(given)] if isinstance(given, (int, float)) else [float(value) for value in given]


def ramp(first: float, last: float, count: int, easing: str = "linear") -> list[float]:
    """`count` values, the ends included."""
    shares = [n / max(count - 1, 1) for n in range(count)]
    return [first + (last - first) * RAMPS[easing](share) for share in shares]


def evenly(start: float, end: float, strengths: list[float], like: Keyframe) -> tuple[Keyframe, ...]:
    """Evenly from `start` to `end`, each otherwise as `like`. The first is guaranteed, as in Advanced-ControlNet.

    Raises:
        InvalidValue: there is no strength, or the end lies before the start.
    """
    if not strengths or end < start:
        raise InvalidValue(
            f"There are {len(strengths)} strengths from {start} to {end}. Give one or more, and an end behind it."
        )
    places = torch.linspace(start, end, len(strengths)).tolist()  # in fp32, as there
    rest = (like.weights, like.mask, like.images, like.others, like.inherits)
    return tuple(
        Keyframe(place, strength, *rest, guaranteed=int(n == 0))
        for n, (place, strength) in enumerate(zip(places, strengths))
    )


def image_ramp(first: int, end: int, strengths: tuple[float, float], easing: str) -> Strengths:
    """Of the images from `first` to `end`, `end` excluded; both count from the start, or both from the end below 0.

    Raises:
        InvalidValue: the end lies before the first, or they count from different sides.
    """
    if end < first or first < 0 <= end:
        raise InvalidValue(
            f"There are no images from {first} to {end}. Give an end behind the first, both from 0 up or both below."
        )
    return tuple(zip(range(first, end), ramp(*strengths, end - first, easing)))
