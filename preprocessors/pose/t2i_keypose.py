"""Poses as T2I-Adapter's keypose model saw them: TencentARC/T2I-Adapter, gradio_keypose.py, in mmpose's colours.

The colours are written there as (51, 153, 255), (0, 255, 0) and (255, 128, 0), in OpenCV's order; the adapter got
them after img2tensor's bgr2rgb.
"""

from typing import Annotated

import cv2
from torch import Tensor

from ..declare import Preprocessor, Range
from . import DRAW_POSE, SCORE, SCORE_HELP, Poses
from .canvas import Canvas, draw, pixel, shown
from .keypoints import Person
from .openpose import discs
from .skeleton import COCO, COCO_BONES

MIDDLE, LEFT, RIGHT = (255, 153, 51), (0, 255, 0), (0, 128, 255)
JOINT_COLOURS = (*[MIDDLE] * 5, *[LEFT, RIGHT] * 6)
BONE_COLOURS = (LEFT, LEFT, RIGHT, RIGHT, *[MIDDLE] * 4, LEFT, RIGHT, LEFT, RIGHT, *[MIDDLE] * 7)


def keypose(
    image: Tensor | None = None,
    *,
    poses: Poses,
    threshold: Annotated[float, SCORE, SCORE_HELP] = 0.1,
    width: Annotated[int, Range(1, 64, 1), "Width of a bone and radius of a joint, in pixels of the drawing."] = 2,
    resolution: int = 0,
) -> Tensor:
    """Thin skeletons of COCO's 17 points for T2I-Adapter's keypose, not for its openpose."""

    def paint(canvas: Canvas, person: Person) -> None:
        points = person.body[list(COCO)]
        discs(canvas, points, threshold, width, JOINT_COLOURS)
        visible = shown(points, threshold)
        for (start, end), colour in zip(COCO_BONES, BONE_COLOURS):
            if visible[start] and visible[end]:
                cv2.line(canvas, pixel(points[start]), pixel(points[end]), colour, width)

    return draw(image, poses, resolution, paint)


T2I_KEYPOSE = Preprocessor(
    id="DrawPoseT2IKeypose",
    title="Draw Pose T2I Keypose",
    run=keypose,
    family=DRAW_POSE,
    aliases=("t2i adapter keypose", "mmpose", "coco"),
)
