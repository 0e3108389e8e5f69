"""The line segment detector: von Gioi, Jakubowicz, Morel and Randall 2012, doi:10.5201/ipol.2012.gjmr-lsd, OpenCV's."""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range
from ..pixels import grey
from . import STRAIGHT_LINES
from .drawing import Segments, draw, longer


def segments(
    image: Tensor,
    *,
    length: Annotated[
        float, Range(0, 100, 0.5), "Shorter lines are dropped, in percent of the image's short side."
    ] = 5.0,
    resolution: int = 0,
) -> Tensor:
    """Straight edges of any contrast; no threshold to set. For mlsd control models."""

    def find(frame: np.ndarray) -> Segments:
        found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey(frame))[0]
        return longer(np.zeros((0, 4)) if found is None else found.reshape(-1, 4), length, frame.shape[:2])

    return draw(image, resolution, find)


LSD = Preprocessor(id="StraightLinesLSD", title="Straight Lines LSD", run=segments, family=STRAIGHT_LINES)
