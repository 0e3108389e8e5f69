"""What the sketch editor keeps in a workflow: an object with `"v": 1` and one line of text for each stroke.

    {"v": 1, "size": [768, 1024], "mode": "scribble", "bg": "#000000",
     "s": ["b|#ffffff|6| 120,344 3,-1 5,0", "e||20|ff80 40,40 9,9", "f|#787878|| 0,0 90,0 0,90"]}

A stroke is tool|colour|width|pressure, the first point, then steps from point to point, in whole and half pixels of
`size`. The tool is b (brush), e (eraser) or f (a filled outline). No colour is that of lines: white on a dark ground,
black on a light one. The pressure has two hexadecimal digits a point, ff for the whole width; none is ff throughout.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ...errors import InvalidValue

VERSION = 1
LONGEST_SIDE = 8192  # pixels
NUMBER = r"-?\d{1,5}(?:\.5)?"
STROKE = re.compile(
    rf"([bef])\|(#[0-9a-f]{{6}})?\|([1-9]\d{{0,3}})?\|((?:[0-9a-f]{{2}})*)((?: {NUMBER},{NUMBER})+)", re.I | re.A
)
TOOLS = {"b": "brush", "e": "eraser", "f": "fill"}
FEWEST_POINTS = {"brush": 1, "eraser": 1, "fill": 3}

Colour = tuple[int, int, int]  # red, green, blue, of 255
Mode = Literal["scribble", "colour", "segments"]
Tool = Literal["brush", "eraser", "fill"]


@dataclass(frozen=True)
class Stroke:
    """Points (N, 2) and radii (N,), fp64, in pixels of the sketch; an eraser's colour and a fill's radii do nothing."""

    tool: Tool
    colour: Colour
    points: np.ndarray
    radii: np.ndarray


@dataclass(frozen=True)
class Sketch:
    """Strokes in the order they were drawn, on a flat ground of `width` x `height` pixels."""

    width: int
    height: int
    mode: Mode
    ground: Colour
    strokes: tuple[Stroke, ...]


def read(value: dict[str, Any] | str) -> Sketch:
    """The sketch of an editor's value, or of its JSON text.

    Raises:
        InvalidValue: it is of a newer version, or something in it has another form.
    """
    value = _object(value)
    width, height = _size(value.get("size"))
    mode = value.get("mode")
    if mode not in get_args(Mode):
        raise InvalidValue(f"The sketch's mode is {mode!r}. Expected one of: {', '.join(get_args(Mode))}.")
    ground = _ground(value.get("bg"))
    lines = value.get("s")
    if not isinstance(lines, list):
        raise InvalidValue(f"The sketch's strokes, s, are {lines!r}. Expected a list of texts, one for each stroke.")
    strokes = tuple(_stroke(line, number, ground) for number, line in enumerate(lines, 1))
    return Sketch(width, height, mode, ground, strokes)


def _object(value: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise InvalidValue(f"The sketch is no JSON: {error}. Expected what the editor copies.") from error
    version = value.get("v") if isinstance(value, dict) else None
    if type(version) is not int or version < 1:
        raise InvalidValue('The sketch has no version. Expected an object with "v": 1, as the editor keeps it.')
    if version > VERSION:
        raise InvalidValue(
            f"The sketch is of version {version}, made by a newer Armature. This one reads {VERSION}: update it."
        )
    return value


def _size(size: Any) -> tuple[int, int]:
    if (
        not isinstance(size, list | tuple)
        or len(size) != 2
        or not all(type(side) is int and 1 <= side <= LONGEST_SIDE for side in size)
    ):
        raise InvalidValue(f"The sketch's size is {size!r}. Expected [width, height], each from 1 to {LONGEST_SIDE}.")
    return size[0], size[1]


def _ground(colour: Any) -> Colour:
    if not isinstance(colour, str) or not re.fullmatch("#[0-9a-f]{6}", colour, re.I):
        raise InvalidValue(f"The sketch's ground, bg, is {colour!r}. Expected a colour such as #000000.")
    return _rgb(colour)


def _stroke(line: Any, number: int, ground: Colour) -> Stroke:
    found = STROKE.fullmatch(line) if isinstance(line, str) else None
    if found is None:
        raise InvalidValue(
            f"Stroke {number} of the sketch is {str(line)[:60]!r}. "
            "Expected tool|colour|width|pressure and points, such as b|#ffffff|6| 120,344 3,-1."
        )
    tool, colour, width, pressure, steps = found.groups()
    tool = TOOLS[tool.lower()]
    points = np.array([step.split(",") for step in steps.split()], np.float64).cumsum(0)
    if len(points) < FEWEST_POINTS[tool]:
        raise InvalidValue(f"Stroke {number} of the sketch has {len(points)} points. A {tool} has at least 3.")
    if tool != "fill" and width is None:
        raise InvalidValue(f"Stroke {number} of the sketch has no width. Expected one from 1 to 9999 pixels.")
    if pressure and len(pressure) != 2 * len(points):
        raise InvalidValue(
            f"Stroke {number} of the sketch has {len(pressure) // 2} pressures for {len(points)} points. "
            "Expected one for each, or none."
        )
    pressures = np.frombuffer(bytes.fromhex(pressure), np.uint8) / 255 if pressure else np.ones(len(points))
    return Stroke(tool, _rgb(colour) if colour else _lines(ground), points, int(width or 0) / 2 * pressures)


def _rgb(colour: str) -> Colour:
    return tuple(bytes.fromhex(colour[1:]))


def _lines(ground: Colour) -> Colour:
    """White on a dark ground, black on a light one, by the mean of its channels."""
    return (255, 255, 255) if sum(ground) < 3 * 128 else (0, 0, 0)
