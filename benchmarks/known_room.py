"""A drawn room of which all is known: distances, normals, whose a pixel is, outlines, straight edges and keypoints.

Sphere tracing (Hart 1996) of boxes, a ball and a figure, in metres: x right, y up, z away from the viewer.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations, product

import cv2
import numpy as np

from ..preprocessors.pose.keypoints import Pose
from . import known_figure

SIDE = 512  # pixels
FOCAL = SIDE / 2 / np.tan(np.radians(30))  # 60 degrees from left to right
EYE = np.array([0.0, 1.2, -3.2])
LIGHT = np.array([-0.42, 0.72, -0.55])
STEPS, SHADOW_STEPS, TOUCH = 80, 40, 0.002  # TOUCH in metres
CREASE, JUMP = 0.8, 0.12  # an outline: the cosine between normals up to which it is one, metres from which
WIDE, HIGH, BACK = 2.0, 2.6, 1.6  # metres of the room: to either side, up, away
STROKES = (range(17, 22), range(22, 27), range(27, 31), range(31, 36))  # points of a face: brows and nose
LOOPS = (range(36, 42), range(42, 48), range(48, 60))  # eyes and lips
INK, SKIN = (0.22, 0.12, 0.1), (0.85, 0.62, 0.48)

Box = tuple[tuple[float, float, float], tuple[float, float, float]]  # centre, and half of each side

LEGS: list[Box] = [((x, 0.35, z), (0.035, 0.35, 0.035)) for x in (-1.5, -0.36) for z in (-0.05, 0.65)]
BOXES: dict[str, tuple[Box, ...]] = {
    "painting": (((-0.4, 1.8, BACK), (0.5, 0.36, 0.04)),),
    "window": (((-WIDE, 1.6, 0.35), (0.04, 0.5, 0.55)),),
    "table": (((-0.93, 0.72, 0.3), (0.68, 0.03, 0.46)), *LEGS),
    "cabinet": (((1.45, 0.5, 1.1), (0.5, 0.5, 0.45)),),
}
BALL, RADIUS = (-0.98, 0.96, 0.2), 0.21
NAMES = ("floor", "ceiling", "wall", *BOXES, "ball", "person")
COLOURS = np.array(
    [
        *((0.62, 0.45, 0.31), (0.90, 0.89, 0.86), (0.80, 0.78, 0.70), (0.24, 0.45, 0.56), (0.75, 0.85, 0.95)),
        *((0.50, 0.33, 0.20), (0.58, 0.60, 0.48), (0.80, 0.28, 0.20), (0.30, 0.38, 0.68)),
    ]
)


@dataclass(frozen=True, eq=False)
class Room:
    """Square, SIDE pixels. `image` (H, W, 3) in [0, 1]; `distance` (H, W) along the view; `normals` (H, W, 3), right,
    up and to the viewer; `owner` (H, W), indices of NAMES; `outlines` (H, W) in [0, 1]; `lines` (N, 4), x and y of
    both ends of straight edges; `pose` is the figure's."""

    image: np.ndarray
    distance: np.ndarray
    normals: np.ndarray
    owner: np.ndarray
    outlines: np.ndarray
    lines: np.ndarray
    pose: Pose


@cache
def room() -> Room:
    at = (np.arange(SIDE) - (SIDE - 1) / 2) / FOCAL
    rays = np.stack([*np.meshgrid(at, -at), np.ones((SIDE, SIDE))], axis=-1).reshape(-1, 3)
    lengths = np.linalg.norm(rays, axis=1, keepdims=True)
    points = _traced(EYE, rays / lengths, STEPS)
    normals, owner = _normals(points), _parts(points).argmin(0)
    lit = _lit(points, normals, owner).reshape(SIDE, SIDE, 3)
    distance, owner = (points - EYE)[:, 2].reshape(SIDE, SIDE), owner.reshape(SIDE, SIDE)
    facing = (normals * (1, 1, -1)).reshape(SIDE, SIDE, 3)
    pose = Pose(SIDE, SIDE, (known_figure.person().changed(_seen),))
    face = pose.people[0].face[:, :2]
    image, outlines = _inked(lit, face, INK, 2), _inked(_outlines(distance, facing, owner), face, 1.0, 1)
    return Room(image, distance, facing, owner, outlines, _lines(distance), pose)


def _parts(points: np.ndarray) -> np.ndarray:
    """(names, N): metres to each, from points (N, 3)."""
    x, y, z = points.T
    boxes = [np.min([_box(points, *one) for one in several], axis=0) for several in BOXES.values()]
    ball = np.linalg.norm(points - BALL, axis=1) - RADIUS
    walls = np.minimum(WIDE - np.abs(x), BACK - z)
    return np.stack([y, HIGH - y, walls, *boxes, ball, known_figure.distance(points)])


def _box(points: np.ndarray, centre: tuple, half: tuple) -> np.ndarray:
    beyond = np.abs(points - centre) - half
    return np.linalg.norm(beyond.clip(0), axis=1) + beyond.max(1).clip(max=0)


def _traced(start: np.ndarray, rays: np.ndarray, steps: int) -> np.ndarray:
    """(N, 3): where unit rays (N, 3) come to."""
    points = start + 0 * rays
    moving = np.arange(len(rays))
    for _ in range(steps):
        near = _parts(points[moving]).min(0)
        points[moving] += rays[moving] * near[:, None]
        moving = moving[near > TOUCH]
    return points


def _normals(points: np.ndarray) -> np.ndarray:
    """(N, 3), outwards, from four corners of a tetrahedron."""
    corners = np.array([(1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)])
    slope = sum(corner * _parts(points + corner * TOUCH).min(0)[:, None] for corner in corners)
    return slope / np.linalg.norm(slope, axis=1, keepdims=True).clip(1e-9)


def _lit(points: np.ndarray, normals: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """(N, 3) colours: boards on the floor, a lamp with shadows, light from all around."""
    light = LIGHT / np.linalg.norm(LIGHT)
    boards = 1 + 0.1 * np.sin(np.floor(points[:, 0] / 0.16) * 12.9) * (owner == 0)
    dressed = (owner != NAMES.index("person")) | ~known_figure.bare(points)
    colours = np.where(dressed[:, None], COLOURS[owner], SKIN)
    start = points + normals * 0.02
    reached = _traced(start, np.tile(light, (len(points), 1)), SHADOW_STEPS)
    free = (reached[:, 2] < EYE[2]) | (reached[:, 1] > HIGH - 0.1) | (reached[:, 0] < 0.1 - WIDE)
    lamp = 0.62 * (normals @ light).clip(0) * free
    return (colours * (boards * (0.55 + 0.12 * normals[:, 1] + lamp))[:, None]).clip(0, 1)


def _seen(points: np.ndarray) -> np.ndarray:
    """(N, 3): points of the drawn pose in pixels of the image, their scores kept."""
    return np.column_stack([_pixels(known_figure.standing(points)), points[:, 2]])


def _pixels(points: np.ndarray) -> np.ndarray:
    """(N, 2): where points (N, 3) are seen."""
    away = points - EYE
    return away[:, :2] / away[:, 2:] * (FOCAL, -FOCAL) + (SIDE - 1) / 2


def _inked(canvas: np.ndarray, face: np.ndarray, ink: float | tuple, width: int) -> np.ndarray:
    canvas = np.ascontiguousarray(canvas, np.float32)
    for stroke in (*STROKES, *LOOPS):
        points = np.round(face[list(stroke)] * 16).astype(np.int32)
        cv2.polylines(canvas, [points], stroke in LOOPS, ink, width, cv2.LINE_AA, 4)
    return canvas


def _outlines(distance: np.ndarray, normals: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """(H, W), 1 beside an edge: of a thing, of its folds, of a limb before the body."""
    found = np.zeros(owner.shape, np.float32)
    for axis in (0, 1):
        fold = (normals * np.roll(normals, 1, axis)).sum(-1) < CREASE
        step = np.abs(distance - np.roll(distance, 1, axis)) > JUMP
        inside = np.where(owner == NAMES.index("person"), step, fold)
        edge = (owner != np.roll(owner, 1, axis)) | inside
        np.moveaxis(edge, axis, 0)[0] = False
        found[edge] = 1
    return found


def _lines(distance: np.ndarray) -> np.ndarray:
    """(N, 4): the longest part that is seen of each edge of the room and of the boxes."""
    boxes = [((0, HIGH / 2, BACK - 5), (WIDE, HIGH / 2, 5)), *(box for several in BOXES.values() for box in several)]
    corners = [np.array(centre) + np.array(list(product((-1, 1), repeat=3))) * half for centre, half in boxes]
    edges = [(own[a], own[b]) for own in corners for a, b in combinations(range(8), 2) if (a ^ b).bit_count() == 1]
    found = [_visible(start, end, distance) for start, end in edges]
    return np.array([line for line in found if line is not None])


def _visible(start: np.ndarray, end: np.ndarray, distance: np.ndarray) -> np.ndarray | None:
    points = start + np.linspace(0, 1, 400)[:, None] * (end - start)
    points = points[points[:, 2] > EYE[2] + 0.5]
    pixels = _pixels(points)
    x, y = np.round(pixels).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < SIDE) & (y < SIDE)
    reach = distance[y.clip(0, SIDE - 1), x.clip(0, SIDE - 1)]
    shown = np.flatnonzero(np.diff(np.r_[0, inside & (points[:, 2] - EYE[2] < reach + 0.06), 0]))
    if not len(shown):
        return None
    first, after = max(shown.reshape(-1, 2), key=np.ptp)
    return np.r_[pixels[first], pixels[after - 1]]
