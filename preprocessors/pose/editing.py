"""Poses changed: scaled and moved, mirrored, one person alone."""

from dataclasses import replace
from typing import Literal

import numpy as np

from .keypoints import Person, Points, Pose

About = Literal["canvas", "person"]
Order = Literal["as given", "left to right", "largest first"]

BODY = (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16)  # each point's other side
FEET = (3, 4, 5, 0, 1, 2)
FACE = (
    *range(16, -1, -1),  # jaw
    *range(26, 16, -1),  # brows
    *(27, 28, 29, 30, 35, 34, 33, 32, 31),  # nose
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),  # eyes
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),  # lips outside
    *(64, 63, 62, 61, 60, 67, 66, 65),  # lips inside
    *(69, 68),  # pupils
)


def mirrored(pose: Pose) -> Pose:
    """Left and right exchanged, so that a right hand is a right hand again."""

    def flipped(points: Points) -> Points:
        return np.column_stack([pose.width - 1 - points[:, 0], points[:, 1:]])

    people = [
        Person(
            body=person.body[list(BODY)],
            feet=person.feet[list(FEET)],
            face=person.face[list(FACE)],
            left_hand=person.right_hand,
            right_hand=person.left_hand,
        ).changed(flipped)
        for person in pose.people
    ]
    return replace(pose, people=tuple(people))


def scaled(pose: Pose, factor: float, about: About) -> Pose:
    """Larger or smaller people on the same canvas, around its centre or each around the centre of their own box."""
    middle = np.array([pose.width, pose.height]) / 2
    centres = [middle if about == "canvas" else _box(person).mean(axis=0) for person in pose.people]
    people = [_moved(person, factor, centre * (1 - factor)) for person, centre in zip(pose.people, centres)]
    return replace(pose, people=tuple(people))


def shifted(pose: Pose, right: float, down: float) -> Pose:
    """Moved by percent of the canvas's width and height."""
    by = np.array([right * pose.width, down * pose.height]) / 100
    return replace(pose, people=tuple(_moved(person, 1.0, by) for person in pose.people))


def alone(pose: Pose, index: int, order: Order) -> Pose:
    """Only the person at `index`, counted from 0; nobody where there are fewer."""
    people = list(pose.people)
    if order == "left to right":
        people.sort(key=lambda person: _box(person)[:, 0].mean())
    if order == "largest first":
        people.sort(key=lambda person: -np.ptp(_box(person), axis=0).prod())
    return replace(pose, people=tuple(people[index : index + 1]))


def _moved(person: Person, factor: float, by: np.ndarray) -> Person:
    return person.changed(lambda points: np.column_stack([points[:, :2] * factor + by, points[:, 2]]))


def _box(person: Person) -> np.ndarray:
    """(2, 2): the least and the largest x and y of the points that were found, zeros without any."""
    found = person.found[:, :2]
    return np.stack([found.min(axis=0), found.max(axis=0)]) if len(found) else np.zeros((2, 2))
