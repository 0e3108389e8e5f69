"""Whole bodies by DWPose, arXiv:2307.15880: each person's crop through RTMPose, each axis's best bin (SimCC).

Crops and decoding as IDEA-Research/DWPose, onnxdet.py and onnxpose.py, have them (Apache-2.0).
"""

from functools import partial
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from ..declare import Network, Preprocessor, Replaced
from ..networks.rtmpose import RTMPOSE
from ..pose import SCORE, SCORE_HELP
from ..pose.keypoints import Person, Points
from . import OUTPUTS, POSE
from .crops import Crop, as_input, cut, in_boxes
from .people import of_whole_body
from .result import Body, Box, Drawing, Face, Frame, Hands, PeopleBoxes, ScaleSticks, Style, estimated


def dwpose(
    image: Tensor,
    *,
    network: Annotated[Network, RTMPOSE, "DWPose's weights, dw-ll_ucoco_384, as ONNX or safetensors; Apache-2.0."],
    boxes: PeopleBoxes = None,
    detect_body: Body = "enable",
    detect_hands: Hands = "enable",
    detect_face: Face = "enable",
    threshold: Annotated[float, SCORE, SCORE_HELP] = 0.3,
    style: Style = "ControlNet",
    scale_sticks: ScaleSticks = "disable",
    resolution: int = 0,
) -> tuple[Tensor, list[dict[str, Any]]]:
    """Body, feet, hands and face of each person in a box, by DWPose. Apache-2.0."""
    parts = {"body": detect_body, "hands": detect_hands, "face": detect_face}
    drawing = Drawing(parts, style, scale_sticks, threshold)
    find = partial(whole_bodies, network=network, device=image.device, threshold=threshold)
    return estimated(image, boxes, resolution, find, drawing)


def whole_bodies(
    frame: Frame, boxes: list[Box] | None, network: Network, device: torch.device, threshold: float
) -> tuple[Person, ...]:
    """One person for each box, or for the whole frame, unless no point reaches the threshold."""
    height, width = network.size

    def find(crop: Crop) -> Person:
        along_x, along_y = network(as_input(_cut(frame, crop, width, height), device))
        return of_whole_body(decoded(along_x[0].float().cpu().numpy(), along_y[0].float().cpu().numpy(), crop))

    return in_boxes(frame, boxes, network.size, find, threshold)


def decoded(along_x: np.ndarray, along_y: np.ndarray, crop: Crop) -> Points:
    """(N, 3) in pixels of the image from scores of bins (N, X) and (N, Y); a point is as sure as its less sure axis."""
    score = np.minimum(along_x.max(axis=1), along_y.max(axis=1))
    places = np.stack([along_x.argmax(axis=1), along_y.argmax(axis=1)], axis=1)
    places = places / (along_x.shape[1], along_y.shape[1]) * crop.extent + crop.centre - crop.extent / 2
    return np.where(score[:, None] > 0, np.column_stack([places, score]), 0.0)


def _cut(frame: Frame, crop: Crop, width: int, height: int) -> Frame:
    """By the places that mmpose's get_warp_matrix takes, so that pixels round as there."""
    corners = np.array([(0, 0), (0, 1), (1, 1)]) / 2
    targets = np.array([width, height]) / 2 - width * corners
    return cut(frame, crop.centre - crop.width * corners, targets, width, height)


DWPOSE = Preprocessor(
    id="DWPose",
    title="DWPose",
    run=dwpose,
    family=POSE,
    flat=True,
    outputs=OUTPUTS,
    aliases=("rtmpose", "whole body", "openpose", "skeleton", "keypoints"),
    replaces=(
        Replaced(
            id="DWPreprocessor",
            difference="drawn at the map's size, not resized after; people are found in boxes that are connected, "
            "else the image is taken for one; keypoints have scores",
            widgets={
                "detect_hand": "detect_hands",
                "detect_body": "detect_body",
                "detect_face": "detect_face",
                "resolution": "resolution",
                "bbox_detector": None,
                "pose_estimator": None,
                "scale_stick_for_xinsr_cn": "scale_sticks",
            },
            fixed={"network": RTMPOSE.files[0].name, "threshold": 0.3, "style": "ControlNet"},
        ),
    ),
)
