"""A figure about a drawn pose: capsules in a plane before the viewer, in metres, so that its keypoints are known."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from ..preprocessors.pose.keypoints import Person, Points, read
from ..preprocessors.pose.scene import frame
from ..preprocessors.pose.skeleton import FINGERS, LIMBS

DRAWN = Path(__file__).resolve().parent.parent / "tests" / "data" / "web" / "pose" / "whole.json"
SCALE, MIDDLE, SOLE = 0.00262, 256, 710  # metres a pixel of the drawing, in which it stands here
PLACE = np.array([0.42, 0.0, -0.75])  # metres: where its soles are
RADIUS, TRUNK, FINGER = 0.06, 0.13, 0.014
SHOULDER, ELBOW = 5, 6  # the left arm, which waves
NECK_TO_HIPS = (6, 9)  # of LIMBS
MARGIN = 0.25
BARE = (0.2, 0.12, 0.12)  # metres about the nose and the middles of the hands


@cache
def person() -> Person:
    """In pixels of the drawing, the left arm raised."""
    (drawn,) = read(frame(json.loads(DRAWN.read_text(encoding="utf-8"))["value"])).people
    body, hand = drawn.body.copy(), drawn.left_hand.copy()
    for joint, degrees in ((SHOULDER, -100), (ELBOW, -50)):
        centre = body[joint].copy()
        body[joint + 1 : 8] = _turned(body[joint + 1 : 8], centre, degrees)
        hand = _turned(hand, centre, degrees)
    return Person(body, drawn.feet, drawn.face, hand, drawn.right_hand)


def standing(points: Points) -> np.ndarray:
    """(N, 3) in metres from (N, 3) of the drawing."""
    flat = np.stack([points[:, 0] - MIDDLE, SOLE - points[:, 1], np.zeros(len(points))], axis=1)
    return flat * SCALE + PLACE


def distance(points: np.ndarray) -> np.ndarray:
    """(N,) metres from (N, 3) to its surface; far from it, no more than that."""
    starts, ends, radii = _capsules()
    low, high = np.minimum(starts, ends).min(0) - MARGIN, np.maximum(starts, ends).max(0) + MARGIN
    far = np.linalg.norm(np.maximum(0, np.maximum(low - points, points - high)), axis=1) + MARGIN / 4
    close = np.flatnonzero(far <= MARGIN / 4)
    near = [_capsule(points[close], *one) for one in zip(starts, ends, radii)]
    far[close] = np.min(near, axis=0)
    return far


def bare(points: np.ndarray) -> np.ndarray:
    """(N,) bool: whether a point (N, 3) of the surface is one of the head or of a hand, which are not dressed."""
    own = person()
    centres = standing(np.array([own.body[0], own.left_hand[9], own.right_hand[9]]))
    return (np.linalg.norm(points[:, None] - centres, axis=2) < BARE).any(1)


@cache
def _capsules() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both ends (N, 3) and radii (N,)."""
    own = person()
    body, feet, nose = own.body, own.feet, own.body[0]
    bones = [(body[a], body[b], TRUNK if n in NECK_TO_HIPS else RADIUS) for n, (a, b) in enumerate(LIMBS[:13])]
    down = np.array([0, 1, 0])
    bones += [(nose - 30 * down, nose + 10 * down, 0.108), (body[10], feet[3], 0.05), (body[13], feet[0], 0.05)]
    bones += [(hand[a], hand[b], FINGER) for hand in (own.left_hand, own.right_hand) for a, b in FINGERS]
    starts, ends, radii = (np.array(column) for column in zip(*bones))
    return standing(starts), standing(ends), radii


def _capsule(points: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float) -> np.ndarray:
    along = end - start
    part = ((points - start) @ along / max(along @ along, 1e-9)).clip(0, 1)
    return np.linalg.norm(points - start - part[:, None] * along, axis=1) - radius


def _turned(points: Points, centre: np.ndarray, degrees: float) -> Points:
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    x, y = (points - centre)[:, :2].T
    return np.stack([x * cosine - y * sine + centre[0], x * sine + y * cosine + centre[1], points[:, 2]], axis=1)
