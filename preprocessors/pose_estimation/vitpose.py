"""Bodies by ViTPose, arXiv:2204.12484, its points refined as DARK does it: Zhang et al. 2020, arXiv:1910.06278.

Crops as in unbiased data processing: Huang et al. 2020, arXiv:1911.07524, between the centres of the outer pixels.
"""

from functools import partial
from typing import Annotated, Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ..declare import Network, Preprocessor
from ..networks.vitpose import VITPOSE
from ..pose import SCORE, SCORE_HELP
from ..pose.keypoints import Person, Points
from . import OUTPUTS, POSE
from .crops import Crop, as_input, cut, in_boxes
from .people import of_coco, person
from .result import Box, Drawing, Frame, PeopleBoxes, ScaleSticks, Style, estimated

BLUR, REACH = 0.8, 11  # deviation and size of the blur before the refining, in cells of a heat map
LEAST, MOST = 0.001, 50.0  # of a heat map, of which the logarithm is taken
TINY = np.finfo(np.float32).eps


def vitpose(
    image: Tensor,
    *,
    network: Annotated[Network, VITPOSE, "ViTPose's weights in transformers' layout, vitpose-base-simple; Apache-2.0."],
    boxes: PeopleBoxes = None,
    threshold: Annotated[float, SCORE, SCORE_HELP] = 0.3,
    style: Style = "ControlNet",
    scale_sticks: ScaleSticks = "disable",
    resolution: int = 0,
) -> tuple[Tensor, list[dict[str, Any]]]:
    """The body of each person in a box, without hands and face, by ViTPose. Apache-2.0."""
    drawing = Drawing({"body": "enable"}, style, scale_sticks, threshold)
    find = partial(found_bodies, network=network, device=image.device, threshold=threshold)
    return estimated(image, boxes, resolution, find, drawing)


def found_bodies(
    frame: Frame, boxes: list[Box] | None, network: Network, device: torch.device, threshold: float
) -> tuple[Person, ...]:
    """One person for each box, or for the whole frame, unless no point reaches the threshold."""
    height, width = network.size

    def find(crop: Crop) -> Person:
        maps = network(as_input(_cut(frame, crop, width, height), device))[0]
        return person(body=of_coco(decoded(maps.float().cpu().numpy(), crop)))

    return in_boxes(frame, boxes, network.size, find, threshold)


def decoded(maps: np.ndarray, crop: Crop) -> Points:
    """(N, 3) in pixels of the image from heat maps (N, h, w) of a crop."""
    count, height, width = maps.shape
    score = maps.reshape(count, -1).max(axis=1)
    y, x = np.divmod(maps.reshape(count, -1).argmax(axis=1), width)
    places = np.stack([x, y], axis=1) + np.array([_refinement(*one) for one in zip(maps, y, x)])
    places = places / (width - 1, height - 1) * crop.extent + crop.centre - crop.extent / 2
    return np.where(score[:, None] > 0, np.column_stack([places, score]), 0.0)


def _refinement(plane: np.ndarray, y: int, x: int) -> np.ndarray:
    """From the largest cell to the top of the bell that the cells around it are on: a Newton step of the logarithm."""
    blurred = cv2.GaussianBlur(plane, (REACH, REACH), BLUR, borderType=cv2.BORDER_REFLECT)
    log = np.pad(np.log(blurred.clip(LEAST, MOST)).astype(np.float64), 1, "edge")[y : y + 3, x : x + 3]
    slope = np.array([log[1, 2] - log[1, 0], log[2, 1] - log[0, 1]]) / 2
    along_x, along_y = log[1, 2] - 2 * log[1, 1] + log[1, 0], log[2, 1] - 2 * log[1, 1] + log[0, 1]
    across = (log[2, 2] - log[1, 2] - log[2, 1] + 2 * log[1, 1] - log[1, 0] - log[0, 1] + log[0, 0]) / 2
    return -np.linalg.solve(np.array([[along_x, across], [across, along_y]]) + TINY * np.eye(2), slope)


def _cut(frame: Frame, crop: Crop, width: int, height: int) -> Frame:
    corners = np.array([(0, 0), (1, 0), (0, 1)])
    return cut(frame, crop.centre + crop.extent * (corners - 0.5), corners * (width - 1, height - 1), width, height)


VITPOSE_BODIES = Preprocessor(
    id="ViTPose",
    title="ViTPose",
    run=vitpose,
    family=POSE,
    outputs=OUTPUTS,
    aliases=("coco", "openpifpaf", "keypoints"),
)
