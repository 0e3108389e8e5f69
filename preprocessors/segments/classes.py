"""Classes by name, and their colours."""

from difflib import get_close_matches
from typing import Literal

import numpy as np

from ...errors import InvalidValue
from .ade20k import ADE20K
from .coco import COCO

Palette = Literal["ADE20K", "COCO"]

PALETTES: dict[str, tuple[tuple[str, tuple[int, int, int]], ...]] = {"ADE20K": ADE20K, "COCO": COCO}


def colours(palette: Palette) -> np.ndarray:
    """(classes, 3) uint8, RGB."""
    return np.array([colour for _, colour in PALETTES[palette]], np.uint8)


def indices(classes: str, palette: Palette) -> list[int]:
    """The classes named in a list with commas; each by any of its names or by its number from 0.

    Raises:
        InvalidValue: there is no such class, or nothing is named.
    """
    names = [name.strip().lower() for name in classes.split(",") if name.strip()]
    if not names:
        raise InvalidValue(f"No class is named. Write names of {palette}, such as {PALETTES[palette][0][0]}.")
    known = _known(palette)
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=5, cutoff=0.5)
            hint = f"Close are: {', '.join(close)}." if close else "A class can also be given by its number."
            raise InvalidValue(f"{palette} has no class {name!r}. {hint}")
    return [known[name] for name in names]


def _known(palette: Palette) -> dict[str, int]:
    """A name that several classes bear is the one's that it comes first for, then the earlier class's."""
    bearers = [
        (place, index, name)
        for index, (names, _) in enumerate(PALETTES[palette])
        for place, name in enumerate([*names.lower().split(", "), str(index)])
    ]
    known: dict[str, int] = {}
    for _, index, name in sorted(bearers):
        known.setdefault(name, index)
    return known
