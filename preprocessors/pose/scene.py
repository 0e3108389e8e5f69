"""People as the pose editor keeps them in a workflow: one string a part, so that files of it can be read and compared.

`{"v": 1, "size": [512, 768], "people": [{"body": "256,120 - 210,172? ...", "lh": "", "rh": "", "face": "", "feet": "",
"on": 1}]}`: whole pixels; "-" is a missing point, "?" ends a hidden one, "@0.83" is the score that a detector gave;
a part without points is empty; a person with `"on": 0` is kept and not drawn.
"""

import json
import re
from typing import Any

import numpy as np

from ...errors import UnreadablePose
from .keypoints import COUNTS, Person, Points, Pose, read, written

VERSION = 1
LARGEST = 16384  # a side of a canvas
NAMES = {"body": "body", "left_hand": "lh", "right_hand": "rh", "face": "face", "feet": "feet"}
POINT = re.compile(r"(-?\d+),(-?\d+)(?:@(\d*\.?\d+))?(\?)?")


def frame(value: Any) -> dict[str, Any]:
    """The people that are on, without their hidden points, as a frame of POSE_KEYPOINT in pixels.

    `value` is the editor's own, a frame, a list that begins with one, or the JSON of any of these.

    Raises:
        UnreadablePose: it is from a newer version, or says something that cannot be read.
    """
    if isinstance(value, str):
        value = _json(value)
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict) or "v" not in value:
        return written(read(value))
    return written(_pose(value))


def _pose(value: dict[str, Any]) -> Pose:
    if not isinstance(value["v"], int) or value["v"] > VERSION:
        raise UnreadablePose(
            f"The pose was drawn by a newer Armature (version {value['v']} of its value, known is {VERSION}). "
            "Update the pack."
        )
    size, people = value.get("size"), value.get("people")
    if not isinstance(size, list) or len(size) != 2 or not all(isinstance(s, int) and 1 <= s <= LARGEST for s in size):
        raise UnreadablePose(f"A pose's size is {size}, expected [width, height] in whole pixels from 1 to {LARGEST}.")
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise UnreadablePose("A pose has no list of people. Draw it again.")
    shown = [(index, person) for index, person in enumerate(people) if person.get("on", 1)]
    return Pose(*size, tuple(_person(person, f"Person {index}") for index, person in shown))


def _person(person: dict[str, Any], where: str) -> Person:
    return Person(**{part: _points(person.get(name) or "", part, where) for part, name in NAMES.items()})


def _points(text: Any, part: str, where: str) -> Points:
    words, count = str(text).split(), COUNTS[part]
    if not words:
        return np.zeros((count, 3))
    if len(words) != count:
        raise UnreadablePose(f"{where} has {len(words)} points of {NAMES[part]}, expected {count}. Draw it again.")
    return np.array([_point(word, f"{where}, {NAMES[part]}") for word in words])


def _point(word: str, where: str) -> tuple[float, float, float]:
    if word == "-":
        return 0.0, 0.0, 0.0
    found = POINT.fullmatch(word)
    if found is None:
        raise UnreadablePose(f'{where}: a point is "{word[:40]}", expected "x,y" in whole pixels. Draw it again.')
    x, y, score, hidden = found.groups()
    return (0.0, 0.0, 0.0) if hidden else (float(x), float(y), float(score or 1))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise UnreadablePose(f'A pose is "{text[:40]}", which is no JSON.') from None
