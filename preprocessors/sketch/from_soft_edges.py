"""A scribble from a soft edge map: its crests, thickened. ControlNet's training scribbles were made so.

lllyasviel/ControlNet, annotator/util.py (nms) and gradio_fake_scribble2image.py, with OpenCV's 8-bit blur: another
blur changes which pixels of a flat crest are equal.
"""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range
from ..pixels import eight_bit, grey, planes
from ..resize import binary
from . import SKETCH

INK = 4  # of 255: what is left of a crest three sigmas away
ALONG = [
    np.array(line, np.uint8) for line in (np.eye(3), np.eye(3)[::-1], [[0] * 3, [1] * 3, [0] * 3], [[0, 1, 0]] * 3)
]


def scribble(
    image: Tensor,
    *,
    level: Annotated[int, Range(0, 255, 1), "Crests fainter than this (of 255) are dropped."] = 127,
    sigma: Annotated[float, Range(0.1, 20, 0.1), "Breadth of the strokes, and of what counts as one crest."] = 3.0,
) -> Tensor:
    """Broad white strokes on black from a soft edge map (HED, PiDiNet, TEED). For scribble control models."""
    return planes([_strokes(frame, level, sigma) for frame in eight_bit(image)], image.device)


def _strokes(frame: np.ndarray, level: int, sigma: float) -> np.ndarray:
    """(H, W) uint8, 0 or 255."""
    soft = cv2.GaussianBlur(grey(frame).astype(np.float32), (0, 0), sigma)
    crest = np.any([cv2.dilate(soft, line) == soft for line in ALONG], axis=0) & (soft > level)
    return (cv2.GaussianBlur(crest.astype(np.uint8) * 255, (0, 0), sigma) > INK).astype(np.uint8) * 255


SCRIBBLE = Preprocessor(
    id="ScribbleFromSoftEdges",
    title="Scribble from Soft Edges",
    run=scribble,
    family=SKETCH,
    flat=True,
    resize=binary,
    aliases=("fake scribble", "nms"),
)
