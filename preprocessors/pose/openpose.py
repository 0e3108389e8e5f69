"""The drawing that ControlNet made of OpenPose's points: lllyasviel/ControlNet, annotator/openpose/util.py.

A limb is an ellipse in 60 % of its colour, a joint a full disc; fingers are lines in the colours of the rainbow with
blue discs, a face is white discs.
"""

import colorsys
from dataclasses import dataclass
from math import atan2, degrees, hypot

import cv2

from .canvas import Canvas, pixel, shown
from .keypoints import Points
from .skeleton import FINGERS, LIMBS

COLOURS = (
    *((255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0)),
    *((0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255)),
    *((0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85)),
)
RAINBOW = [
    tuple(int(255 * level) for level in colorsys.hsv_to_rgb(bone / len(FINGERS), 1, 1)) for bone in range(len(FINGERS))
]
DIMMED = 0.6
JOINT = 4  # radius in pixels, whatever the size


@dataclass(frozen=True)
class Body:
    """How a body is drawn: half the width of a limb and the radius of a joint in pixels, and the limbs' brightness."""

    stick: int = 4
    joint: int = JOINT
    brightness: float = DIMMED

    def draw(self, canvas: Canvas, points: Points, threshold: float) -> None:
        """18 points onto the canvas: limbs first, joints over them."""
        visible = shown(points, threshold)
        for (start, end), colour in zip(LIMBS, COLOURS):
            if visible[start] and visible[end]:
                self._limb(canvas, points[start], points[end], [int(level * self.brightness) for level in colour])
        discs(canvas, points, threshold, self.joint, COLOURS)

    def _limb(self, canvas: Canvas, start: Points, end: Points, colour: list[int]) -> None:
        dx, dy = start[:2] - end[:2]
        length = hypot(dx, dy)
        if length < 1:  # a bar across its joint
            return
        angle, axes = int(degrees(atan2(dy, dx))), (int(length / 2), self.stick)
        cv2.fillConvexPoly(canvas, cv2.ellipse2Poly(pixel((start + end) / 2), axes, angle, 0, 360, 1), colour)


def hand(canvas: Canvas, points: Points, threshold: float) -> None:
    visible = shown(points, threshold)
    for (start, end), colour in zip(FINGERS, RAINBOW):
        if visible[start] and visible[end]:
            cv2.line(canvas, pixel(points[start]), pixel(points[end]), colour, 2)
    discs(canvas, points, threshold, JOINT, [(0, 0, 255)] * len(points))


def face(canvas: Canvas, points: Points, threshold: float, radius: int = 3) -> None:
    discs(canvas, points, threshold, radius, [(255, 255, 255)] * len(points))


def discs(canvas: Canvas, points: Points, threshold: float, radius: int, colours) -> None:
    for point, visible, colour in zip(points, shown(points, threshold), colours):
        if visible:
            cv2.circle(canvas, pixel(point), radius, colour, -1)
