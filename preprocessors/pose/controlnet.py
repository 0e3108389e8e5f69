"""Poses as ControlNet's openpose models were trained with them, or as ComfyUI's SDPose Draw Keypoints shows them."""

from typing import Annotated, Literal

from torch import Tensor

from ..declare import Advanced, Preprocessor, Range, Replaced
from . import DRAW_POSE, SCORE, SCORE_HELP, Poses
from .canvas import Canvas, draw
from .keypoints import Person
from .openpose import COLOURS, DIMMED, JOINT, Body, discs, face, hand

PIXELS = Range(1, 64, 1)


def controlnet(
    image: Tensor | None = None,
    *,
    poses: Poses,
    body: Annotated[bool, "Draws body and head."] = True,
    hands: Annotated[bool, "Draws the fingers."] = True,
    faces: Annotated[bool, "Draws the points of the face."] = True,
    feet: Annotated[bool, "Draws toes and heels, which few models were trained with."] = False,
    threshold: Annotated[float, SCORE, SCORE_HELP] = 0.3,
    limbs: Annotated[
        Literal["dimmed", "full"],
        Advanced(),
        "dimmed: at 60 % of their colour, as models were trained with; full: as ComfyUI's SDPose Draw Keypoints does.",
    ] = "dimmed",
    stick: Annotated[int, PIXELS, Advanced(), "Half the width of a limb, in pixels of the drawing."] = 4,
    face_point: Annotated[int, PIXELS, Advanced(), "Radius of a point of the face, in pixels of the drawing."] = 3,
    resolution: int = 0,
) -> Tensor:
    """Coloured skeletons for openpose control models of any base: limbs, joints, fingers, face."""
    style = Body(stick, brightness=DIMMED if limbs == "dimmed" else 1.0)

    def paint(canvas: Canvas, person: Person) -> None:
        if body:
            style.draw(canvas, person.body, threshold)
        if feet:
            discs(canvas, person.feet, threshold, JOINT, COLOURS)
        if hands:
            hand(canvas, person.left_hand, threshold)
            hand(canvas, person.right_hand, threshold)
        if faces:
            face(canvas, person.face, threshold, face_point)

    return draw(image, poses, resolution, paint)


CONTROLNET = Preprocessor(
    id="DrawPoseControlNet",
    title="Draw Pose ControlNet",
    run=controlnet,
    family=DRAW_POSE,
    flat=True,
    aliases=("openpose", "dwpose", "skeleton", "render pose", "keypoints"),
    replaces=(
        Replaced(
            id="RenderPeopleKps",
            difference="1 of 255 levels, in the fingers; every frame is drawn, not the first alone",
            sockets={"kps": "poses"},
            widgets={"render_body": "body", "render_hand": "hands", "render_face": "faces"},
            fixed={"feet": False, "threshold": 0.3, "limbs": "dimmed", "stick": 4, "face_point": 3},
        ),
    ),
)
