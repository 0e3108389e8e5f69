"""The probabilistic Hough transform on Canny edges: Matas et al. 2000, doi:10.1006/cviu.1999.0831, OpenCV's."""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Advanced, Preprocessor, Range
from ..pixels import grey
from . import STRAIGHT_LINES
from .drawing import Segments, draw

EIGHT_BIT = Range(0, 255, 1)
PERCENT = Range(0, 100, 0.5)


def segments(
    image: Tensor,
    *,
    length: Annotated[float, PERCENT, "Shorter lines are dropped, in percent of the image's short side."] = 12.0,
    gap: Annotated[float, PERCENT, "Gaps up to this are bridged, in percent of the image's short side."] = 2.0,
    votes: Annotated[
        float,
        PERCENT,
        "How many edge pixels must lie on a line, in percent of the image's short side. Less finds more.",
    ] = 15.0,
    low: Annotated[int, EIGHT_BIT, Advanced(), "Canny's lower threshold."] = 100,
    high: Annotated[int, EIGHT_BIT, Advanced(), "Canny's upper threshold."] = 200,
    resolution: int = 0,
) -> Tensor:
    """Straight rows of edges, bridged over gaps; texture makes some too. For mlsd control models."""

    def find(frame: np.ndarray) -> Segments:
        percent = min(frame.shape[:2]) / 100
        edges = cv2.Canny(grey(frame), low, high)
        found = cv2.HoughLinesP(
            edges, 1, np.pi / 180, max(1, round(votes * percent)), None, length * percent, gap * percent
        )
        return np.zeros((0, 4)) if found is None else found.reshape(-1, 4)

    return draw(image, resolution, find)


HOUGH = Preprocessor(id="StraightLinesHough", title="Straight Lines Hough", run=segments, family=STRAIGHT_LINES)
