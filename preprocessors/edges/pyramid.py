"""Canny at nine scales, blended: soft where an edge shows at some scales only.

Fooocus, modules/preprocessors.py (GPL-3.0), made for Stability AI's Control-LoRA canny, whose maps are such.
"""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import eight_bit, planes
from . import EDGES

EIGHT_BIT = Range(0, 255, 1)
TENTHS = range(2, 11)  # of the image's size, from coarse to fine
COARSER = 0.75  # weight of the coarser scales beside the next finer one
STRETCH = (1, 99)  # percentiles that become black and white


def pyramid_canny(
    image: Tensor,
    *,
    low: Annotated[int, EIGHT_BIT, "Edges weaker than this (0 to 255) are dropped."] = 64,
    high: Annotated[
        int, EIGHT_BIT, "Edges stronger than this (0 to 255) are kept; between the two, only what touches a kept one."
    ] = 128,
) -> Tensor:
    """Canny edges of each colour at nine scales, blended to greys, for Control-LoRA canny."""
    return planes([_stretched(_blended(frame, low, high)) for frame in eight_bit(image)], image.device, white=1.0)


def _blended(frame: np.ndarray, low: int, high: int) -> np.ndarray:
    """(H, W) fp32 in [0, 3]: the sum over the colours."""
    height, width = frame.shape[:2]
    blended = None
    for tenths in TENTHS:
        size = max(1, width * tenths // 10), max(1, height * tenths // 10)
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        edges = cv2.merge([cv2.Canny(colour, low, high) for colour in cv2.split(small)])
        coarser = edges / np.float32(255) if blended is None else cv2.resize(blended, size)
        blended = cv2.addWeighted(coarser, COARSER, edges, (1 - COARSER) / 255, 0, dtype=cv2.CV_32F)
    return cv2.transform(blended, np.ones((1, 3)))


def _stretched(edges: np.ndarray) -> np.ndarray:
    black, white = np.percentile(edges, STRETCH)
    if black == white:  # hardly any edge
        return (edges > black).astype(np.float32)
    return ((edges - black) / (white - black)).clip(0, 1).astype(np.float32)


CANNY_PYRAMID = Preprocessor(
    id="CannyPyramid",
    title="Canny Pyramid",
    run=pyramid_canny,
    family=EDGES,
    flat=True,
    aliases=("PyraCanny",),
    replaces=(
        Replaced(
            id="PyraCannyPreprocessor",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets={"low_threshold": "low", "high_threshold": "high", "resolution": "resolution"},
        ),
    ),
)
