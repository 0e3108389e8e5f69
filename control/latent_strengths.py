"""Strengths of single images of a batch: as text, and one after the other."""

from dataclasses import dataclass
from math import isfinite

from ..errors import InvalidValue

Strengths = tuple[tuple[int, float], ...]
"""(number of the image, strength), each number once and in order; negative ones count from the end of the batch."""


@dataclass(frozen=True)
class LatentStrengths:
    """Those of the images that are named; what the others have is said elsewhere."""

    strengths: Strengths

    def after(self, previous: "LatentStrengths | None") -> "LatentStrengths":
        """Both; of two for one image the previous one wins, as in Advanced-ControlNet."""
        earlier = previous.strengths if previous else ()
        return LatentStrengths(tuple(sorted({**dict(self.strengths), **dict(earlier)}.items())))


EXAMPLE = "0=0.9, 4:8=0.5, -1=0.2"


def strength_of(strengths: Strengths, image: int, count: int, others: float) -> float:
    """Of one of `count` images; `others` where it has none. Its number beats that from the end."""
    found = dict(strengths)
    return found.get(image, found.get(image - count, others))


def parse_strengths(text: str, count: int | None = None) -> Strengths:
    """Entries like those of Advanced-ControlNet's Latent Keyframe Group: a number, or first:end without the end.

    A strength left out is 1. Negative numbers count from the end of `count` images. Of several entries for an image the
    last wins.

    Raises:
        InvalidValue: something there is no such entry, or an image that there is not.
    """
    found: dict[int, float] = {}
    for entry in text.replace(";", ",").replace("\n", ",").split(","):
        if not entry.strip():
            continue
        place, equals, strength = entry.partition("=")
        try:
            numbers, value = [int(word) for word in place.split(":")], float(strength) if equals else 1.0
        except ValueError:
            numbers, value = [], 0.0
        if len(numbers) not in (1, 2) or not isfinite(value):
            raise InvalidValue(f"{entry.strip()!r} names no images of a batch. Write them like this: {EXAMPLE}")
        begin, *end = (_from_start(number, count, entry) for number in numbers)
        images = range(begin, end[0] if end else begin + 1)
        if not images or (count is not None and images[-1] >= count):
            there = "" if count is None else f" of the {count} images"
            raise InvalidValue(f"{entry.strip()!r} names none{there}. Images are numbered from 0: {EXAMPLE}")
        found.update(dict.fromkeys(images, value))
    return tuple(sorted(found.items()))


def _from_start(number: int, count: int | None, entry: str) -> int:
    if number >= 0:
        return number
    if count is None:
        raise InvalidValue(
            f"{entry.strip()!r} counts from the end of the batch. Connect the latent, so that it has one."
        )
    if number < -count:
        raise InvalidValue(f"{entry.strip()!r} lies before the first of the {count} images.")
    return number + count
