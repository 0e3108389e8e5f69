"""Poses as OpenPifPaf shows them: openpifpaf/show/painters.py, the 17 points of COCO in matplotlib's tab20 colours.

ControlNet's paper (arXiv 2302.05543) names it as the finder of its first pose model.
"""

from typing import Annotated

import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range
from . import DRAW_POSE, SCORE, SCORE_HELP, Poses
from .canvas import Canvas, draw, shown
from .keypoints import Person
from .skeleton import COCO, COCO_BONES

TAB20 = (
    *(0x1F77B4, 0xAEC7E8, 0xFF7F0E, 0xFFBB78, 0x2CA02C, 0x98DF8A, 0xD62728, 0xFF9896, 0x9467BD, 0xC5B0D5),
    *(0x8C564B, 0xC49C94, 0xE377C2, 0xF7B6D2, 0x7F7F7F, 0xC7C7C7, 0xBCBD22, 0xDBDB8D, 0x17BECF, 0x9EDAE5),
)
POINT = 1 / 720  # of the drawing's width: their figure is 10 inches wide
JOINT = 1.5  # diameter in points: their marker's size is 3, and matplotlib's "." is half as wide as its size
WHITE = np.full(3, 255)


def openpifpaf(
    image: Tensor | None = None,
    *,
    poses: Poses,
    threshold: Annotated[float, SCORE, SCORE_HELP] = 0.0,
    width: Annotated[float, Range(1, 48, 0.5), "Width of a bone, in 720ths of the drawing's width."] = 6.0,
    resolution: int = 0,
) -> Tensor:
    """Smooth skeletons of COCO's 17 points, each bone in a colour of its own, for models trained with OpenPifPaf's."""

    def paint(canvas: Canvas, person: Person) -> None:
        point = canvas.shape[1] * POINT
        points = person.body[list(COCO)]
        visible, places = shown(points, threshold), points[:, :2]
        for (start, end), colour in zip(COCO_BONES, TAB20):
            if visible[start] and visible[end]:
                _capsule(canvas, places[start], places[end], width * point, _rgb(colour))
        for place in places[visible]:
            _capsule(canvas, place, place, JOINT * point, WHITE)

    return draw(image, poses, resolution, paint)


def _capsule(canvas: Canvas, start: np.ndarray, end: np.ndarray, width: float, colour: np.ndarray) -> None:
    """A line with round ends and a soft edge of one pixel; OpenCV's would be half a pixel too wide on each side."""
    ends = np.stack([start, end])
    left, top = np.maximum(np.floor(ends.min(axis=0) - width), 0).astype(int)
    right, bottom = np.maximum(np.ceil(ends.max(axis=0) + width + 1), 0).astype(int)
    region = canvas[top:bottom, left:right]
    y, x = np.ogrid[top : top + region.shape[0], left : left + region.shape[1]]
    dx, dy = end - start
    along = ((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy or 1)
    along = along.clip(0, 1)
    distance = np.hypot(x - start[0] - along * dx, y - start[1] - along * dy)
    covered = (width / 2 + 0.5 - distance).clip(0, min(width, 1))[..., None]
    region[:] = np.rint(region + (colour - region.astype(float)) * covered)


def _rgb(colour: int) -> np.ndarray:
    return np.array([colour >> 16, colour >> 8 & 255, colour & 255])


OPENPIFPAF = Preprocessor(
    id="DrawPoseOpenPifPaf", title="Draw Pose OpenPifPaf", run=openpifpaf, family=DRAW_POSE, aliases=("coco",)
)
