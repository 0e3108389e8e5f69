"""POSE_KEYPOINT in every form that nodes make, read into one type and written in ComfyUI's own form.

A frame is a dict of canvas_width, canvas_height and people; a person has, for each part, numbers x, y, score.
ComfyUI's SDPose gives pixels and real scores, comfyui_controlnet_aux gives 0 to 1 (OpenPose) or pixels (DWPose), score
1, and None for a part that was not found. A point is missing where its score is 0, where it is (0, 0), or where a
coordinate is -1 pixel, as OpenPose's hands and SDPose mark it.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ...errors import UnreadablePose

Points = np.ndarray  # (N, 3) float64: x, y, score; x and y in pixels of the canvas; score 0 is a missing point

KEYS = {
    "body": "pose_keypoints_2d",
    "feet": "foot_keypoints_2d",
    "face": "face_keypoints_2d",
    "left_hand": "hand_left_keypoints_2d",
    "right_hand": "hand_right_keypoints_2d",
}
COUNTS = {"body": 18, "feet": 6, "face": 70, "left_hand": 21, "right_hand": 21}
PUPILS = 2  # the last of a face's 70 points; some finders have none
BACKGROUND = 1  # comfyui_controlnet_aux's OpenPose takes the map of what is no point for one more point of a face
NORMALISED = 2  # no coordinate of a frame in 0 to 1 is larger, and nobody is so small in pixels


@dataclass(frozen=True, eq=False)
class Person:
    """The points of one person: body (18, 3) in OpenPose's order, feet (6, 3), face (70, 3), hands (21, 3) each."""

    body: Points
    feet: Points
    face: Points
    left_hand: Points
    right_hand: Points

    @property
    def parts(self) -> dict[str, Points]:
        return {part.name: getattr(self, part.name) for part in fields(self)}

    def changed(self, change: Callable[[Points], Points]) -> "Person":
        return Person(**{name: change(points) for name, points in self.parts.items()})

    @property
    def found(self) -> Points:
        """(N, 3): the points that are not missing."""
        points = np.concatenate(list(self.parts.values()))
        return points[points[:, 2] > 0]


@dataclass(frozen=True, eq=False)
class Pose:
    """The people of one frame, on a canvas of `width` x `height` pixels."""

    width: int
    height: int
    people: tuple[Person, ...]

    def at(self, height: int, width: int) -> "Pose":
        """The same on a canvas of another size, stretched to it."""
        scale = np.array([width / self.width, height / self.height, 1.0])
        return Pose(width, height, tuple(person.changed(lambda points: points * scale) for person in self.people))


def read(frame: Any) -> Pose:
    """
    Raises:
        UnreadablePose: the frame has no canvas or no people, or a part has a wrong number of points.
    """
    try:
        width, height, people = int(frame["canvas_width"]), int(frame["canvas_height"]), frame["people"]
    except (KeyError, TypeError, ValueError):
        found = ", ".join(map(str, frame)) if isinstance(frame, dict) else type(frame).__name__
        raise UnreadablePose(
            f"A frame of keypoints holds: {found or 'nothing'}. Expected canvas_width, canvas_height and people, as "
            "pose nodes give them; other skeletons, such as animals, cannot be read."
        ) from None
    if width < 1 or height < 1:
        raise UnreadablePose(f"The keypoints' canvas is {width} x {height}. Both must be 1 or more.")
    persons = tuple(Person(**{part: _points(person, part) for part in KEYS}) for person in people)
    scale = np.array([width, height, 1.0]) if _is_normalised(persons) else np.ones(3)
    return Pose(width, height, tuple(person.changed(lambda points: _marked(points * scale)) for person in persons))


def written(pose: Pose) -> dict[str, Any]:
    """The frame as ComfyUI's SDPose writes it: pixels, every part, zeros for what is missing."""
    people = [
        {KEYS[part]: np.where(points[:, 2:] > 0, points, 0.0).ravel().tolist() for part, points in person.parts.items()}
        for person in pose.people
    ]
    return {"canvas_width": pose.width, "canvas_height": pose.height, "people": people}


def edited(frames: list[dict[str, Any]], edit: Callable[[Pose], Pose]) -> list[dict[str, Any]]:
    return [written(edit(read(frame))) for frame in frames]


def _points(person: dict[str, Any], part: str) -> Points:
    key, count = KEYS[part], COUNTS[part]
    numbers = person.get(key)
    if numbers is None or len(numbers) == 0:
        return np.zeros((count, 3))
    try:
        points = np.asarray(numbers, np.float64).reshape(-1, 3)
    except (TypeError, ValueError):
        raise UnreadablePose(f"{key} is not a list of x, y, score for each point.") from None
    if part == "face" and len(points) <= count + BACKGROUND:
        points = _whole_face(points)
    if len(points) != count:
        raise UnreadablePose(f"{key} has {len(points)} points, expected {count}: convert the keypoints first.")
    return _marked(points)


def _whole_face(points: Points) -> Points:
    """All points of a face. The last are missing where there are fewer: some finders have no pupils, and
    comfyui_controlnet_aux's OpenPose leaves out each point that it did not find, without a word which.
    """
    return np.concatenate([points, np.zeros((COUNTS["face"], 3))])[: COUNTS["face"]]


def _marked(points: Points) -> Points:
    """With score 0 for each point that is missing in one way or another."""
    x, y, score = points.T
    unknown = (np.abs(x + 1) < 1e-3) | (np.abs(y + 1) < 1e-3) | ((x == 0) & (y == 0))
    found = (score > 0) & ~unknown & np.isfinite(points).all(axis=1)
    return np.where(found[:, None], points, 0.0)


def _is_normalised(people: tuple[Person, ...]) -> bool:
    found = np.concatenate([person.found[:, :2] for person in people] or [np.zeros((0, 2))])
    return found.size > 0 and np.abs(found).max() <= NORMALISED
