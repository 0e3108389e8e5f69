"""Strengths of single images of a batch, written as text."""

from math import isfinite

from ..errors import InvalidValue

Strengths = tuple[tuple[int, float], ...]
"""(number of the image, strength), each number once."""

EXAMPLE = "0=0.9, 4:8=0.5, -1=0.2"


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
