"""Whether an image can be the control map that a control model was trained with, by shares of its levels.

Only what no such map shows is named: a map that is merely unusual passes. The limits lie between the maps that the
preprocessors make of photographs and the photographs themselves.
"""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["lines", "pose", "depth"]
Verdict = Literal["inverted", "photograph"]

WORDS: dict[Kind, str] = {
    "lines": r"canny|scribble|sketch|line_?art|soft_?edge|hed(?![a-z])|pidi|teed?(?![a-z])|mlsd|mistoline",
    "pose": "(?:open|dw|key)?pose",
    "depth": "depth|zoe|midas",
}
"""What names of files and types call such maps, each at the beginning of a word."""

EXPECTED: dict[Kind, str] = {
    "lines": "white lines on black",
    "pose": "a coloured skeleton on black",
    "depth": "shades of grey, near white",
}
SIDE = 256  # pixels looked at along the longer side
DARK, LIGHT, COLOURED = 48, 207, 40  # of 255: at most, at least, between the channels of one pixel


@dataclass(frozen=True)
class Appearance:
    """Shares of the pixels: `dark` and `light` in all channels, `coloured` with channels that differ."""

    dark: float
    light: float
    coloured: float

    @property
    def between(self) -> float:
        return 1 - self.dark - self.light


def kind_named(name: str) -> Kind | None:
    """What maps a control model of this name takes, or a type of hint; None where it says nothing, or two things."""
    found = [kind for kind, words in WORDS.items() if re.search(f"(?<![a-z])(?:{words})", name.lower())]
    return found[0] if len(found) == 1 else None


def appearance(frame: np.ndarray) -> Appearance:
    """Of (H, W, 3) uint8."""
    stride = max(1, max(frame.shape[:2]) // SIDE)
    pixels = frame[::stride, ::stride].reshape(-1, 3).astype(np.int16)
    most, least = pixels.max(axis=1), pixels.min(axis=1)
    return Appearance(*(float(share.mean()) for share in (most < DARK, least > LIGHT, most - least > COLOURED)))


def verdict(kind: Kind, seen: Appearance) -> Verdict | None:
    """What is wrong with an image as such a map; None where nothing is certain."""
    if kind == "depth":
        return "photograph" if seen.coloured > 0.3 else None
    if seen.light > 0.75 and seen.dark < 0.2 and seen.coloured < 0.15:
        return "inverted"
    if kind == "pose":
        return "photograph" if seen.between > 0.6 else None
    return "photograph" if seen.coloured > 0.15 or seen.between > 0.7 else None


def sentence(kind: Kind, found: Verdict) -> str:
    """What was found, what was expected, and what to do."""
    looks = "dark on light" if found == "inverted" else "like a photograph"
    cure = "Invert it" if found == "inverted" else "Put a preprocessor before it, or use another control model"
    return f"The image looks {looks}, and this control model wants {EXPECTED[kind]}. {cure}."
