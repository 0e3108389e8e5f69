"""From the points of data sets to a person: COCO's 17, and the 133 of COCO-WholeBody (arXiv:2007.11858)."""

from collections.abc import Iterable

import numpy as np

from ..pose.keypoints import COUNTS, PUPILS, Person, Points
from ..pose.skeleton import COCO

NECK = 1
SHOULDERS = (5, 6)  # among COCO's points
EYES = (14, 15)  # among OpenPose's, right before left, as a face's pupils are
BODY, FEET, FACE, LEFT_HAND, RIGHT_HAND = (
    slice(*ends) for ends in ((0, 17), (17, 23), (23, 91), (91, 112), (112, 133))
)


def person(**parts: Points) -> Person:
    """One who has these parts alone."""
    return Person(**{part: parts.get(part, np.zeros((count, 3))) for part, count in COUNTS.items()})


def of_coco(points: Points) -> Points:
    """(18, 3) in OpenPose's order from (17, 3) in COCO's: the neck is between the shoulders, as sure as the worse."""
    body = np.zeros((len(COCO) + 1, 3))
    body[list(COCO)] = points
    body[NECK] = points[list(SHOULDERS)].mean(axis=0)
    body[NECK, 2] = points[list(SHOULDERS), 2].min()
    return body


def of_whole_body(points: Points) -> Person:
    """From (133, 3); a face's pupils are the body's eyes."""
    body = of_coco(points[BODY])
    assert len(EYES) == PUPILS
    face = np.concatenate([points[FACE], body[list(EYES)]])
    return Person(body, points[FEET], face, points[LEFT_HAND], points[RIGHT_HAND])


def limited(one: Person, parts: Iterable[str]) -> Person:
    """With these parts alone."""
    return person(**{part: one.parts[part] for part in parts})


def anyone(people: Iterable[Person], threshold: float) -> tuple[Person, ...]:
    """Those of whom at least one point reaches the threshold."""
    return tuple(one for one in people if len(one.found) and one.found[:, 2].max() >= threshold)
