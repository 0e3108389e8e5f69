"""Poses as xinsir's models were trained with them: ControlNetPlus, README.md, the replaced draw_bodypose."""

from typing import Annotated

from torch import Tensor

from ..declare import Preprocessor
from . import DRAW_POSE, SCORE, SCORE_HELP, Poses
from .canvas import Canvas, draw
from .keypoints import Person
from .openpose import Body, face, hand


def xinsir(
    image: Tensor | None = None,
    *,
    poses: Poses,
    hands: Annotated[bool, "Draws the fingers."] = True,
    faces: Annotated[bool, "Draws the points of the face."] = True,
    threshold: Annotated[float, SCORE, SCORE_HELP] = 0.3,
    resolution: int = 0,
) -> Tensor:
    """Skeletons whose limbs and joints grow with the drawing, for xinsir's openpose and union models for SDXL."""

    def paint(canvas: Canvas, person: Person) -> None:
        scale = thickness(max(canvas.shape))
        Body(stick=4 * scale, joint=4 * scale).draw(canvas, person.body, threshold)
        if hands:
            hand(canvas, person.left_hand, threshold)
            hand(canvas, person.right_hand, threshold)
        if faces:
            face(canvas, person.face, threshold)

    return draw(image, poses, resolution, paint)


def thickness(longest: int) -> int:
    """How many times ControlNet's, for a drawing whose longer side is `longest` pixels."""
    return 1 if longest < 500 else min(2 + longest // 1000, 7)


XINSIR = Preprocessor(
    id="DrawPoseXinsir", title="Draw Pose xinsir", run=xinsir, family=DRAW_POSE, aliases=("xinsr stick scaling",)
)
