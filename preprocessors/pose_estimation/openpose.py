"""Poses by OpenPose, arXiv:1611.08050 and 1704.07809, as lllyasviel/ControlNet's annotator runs it: at one size."""

from functools import partial
from typing import Annotated, Any

import cv2
import torch
from torch import Tensor

from ..declare import Network, Preprocessor, Replaced, When
from ..networks.openpose import OPENPOSE_BODY, OPENPOSE_FACE, OPENPOSE_HAND
from ..pose.keypoints import Person, Points
from . import OUTPUTS, POSE
from .bodies import bodies
from .enlarging import STRIDE, enlarging, filter_for
from .parts import Square, as_input, face_points, face_square, hand_points, hand_squares
from .people import person
from .result import Body, Box, Drawing, Face, Frame, Hands, ScaleSticks, Style, estimated

HEIGHT = 184  # pixels of the image that the body's network looks at: 0.5 x 368
WIDEST = 8 * HEIGHT  # ours: a wider image, which theirs enlarges without end, is looked at in fewer rows
GREY = (128, 128, 128)  # beyond the image
NON_COMMERCIAL = "Licensed by CMU for non-commercial use only."
NETWORKS = {"body": OPENPOSE_BODY, "hands": OPENPOSE_HAND, "face": OPENPOSE_FACE}


def openpose(
    image: Tensor,
    *,
    body: Annotated[Network, OPENPOSE_BODY, f"The network of bodies, body_pose_model.pth. {NON_COMMERCIAL}"],
    hands: Annotated[
        Network,
        OPENPOSE_HAND,
        When("detect_hands", "enable"),
        f"The network of hands, hand_pose_model.pth. {NON_COMMERCIAL}",
    ],
    face: Annotated[
        Network, OPENPOSE_FACE, When("detect_face", "enable"), f"The network of faces, facenet.pth. {NON_COMMERCIAL}"
    ],
    detect_body: Body = "enable",
    detect_hands: Hands = "enable",
    detect_face: Face = "enable",
    style: Style = "ControlNet",
    scale_sticks: ScaleSticks = "disable",
    resolution: int = 0,
) -> tuple[Tensor, list[dict[str, Any]]]:
    """Body, hands and face of everybody in the image, by OpenPose. Its weights are for non-commercial use only."""
    drawing = Drawing({"body": detect_body, "hands": detect_hands, "face": detect_face}, style, scale_sticks)
    find = partial(people, body=body, hands=hands, face=face, device=image.device)
    return estimated(image, None, resolution, find, drawing)


def people(
    frame: Frame,
    boxes: list[Box] | None,
    body: Network,
    hands: Network | None,
    face: Network | None,
    device: torch.device,
) -> tuple[Person, ...]:
    """Everybody whose body is found; hands and face where there is a network for them."""
    return tuple(_complete(frame, points, hands, face, device) for points in found_bodies(frame, body, device))


def found_bodies(frame: Frame, network: Network, device: torch.device) -> list[Points]:
    """(18, 3) for each person, in pixels of the frame."""
    size, scale = frame.shape[:2], min(HEIGHT / frame.shape[0], WIDEST / frame.shape[1])
    looked = tuple(max(1, int(side * scale)) for side in size)
    filter = filter_for(tuple(side * scale for side in size), size)
    resized = cv2.resize(frame, looked[::-1], interpolation=filter)
    missing = [-side % STRIDE for side in looked]
    extended = cv2.copyMakeBorder(resized, 0, missing[0], 0, missing[1], cv2.BORDER_CONSTANT, value=GREY)
    fields, points = (maps[0].double().cpu().numpy() for maps in network(as_input(extended, device)))
    return bodies(fields, points, enlarging(points.shape[1:], looked, size))


def _complete(frame: Frame, body: Points, hands: Network | None, face: Network | None, device: torch.device) -> Person:
    size, parts = frame.shape[:2], {"body": body}
    if hands is not None:
        for name, square in hand_squares(body, *size).items():
            parts[name] = square.shifted(hand_points(square.of(frame), hands, device))
    square: Square | None = face_square(body, *size) if face is not None else None
    if square is not None:
        parts["face"] = square.shifted(face_points(square.of(frame), face, device))
    return person(**parts)


OPENPOSE = Preprocessor(
    id="OpenPose",
    title="OpenPose",
    run=openpose,
    family=POSE,
    flat=True,
    outputs=OUTPUTS,
    aliases=("openpose full", "openpose hand", "openpose face", "skeleton", "keypoints"),
    replaces=(
        Replaced(
            id="OpenposePreprocessor",
            difference="drawn at the image's size, not at a multiple of 64; the background's map is no point of the "
            "face; keypoints are in pixels, with scores",
            widgets={
                "detect_hand": "detect_hands",
                "detect_body": "detect_body",
                "detect_face": "detect_face",
                "resolution": "resolution",
                "scale_stick_for_xinsr_cn": "scale_sticks",
            },
            fixed={name: network.files[0].name for name, network in NETWORKS.items()} | {"style": "ControlNet"},
        ),
    ),
)
