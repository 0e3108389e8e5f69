"""Canny edges, as ControlNet's own training data was made: OpenCV on 8-bit RGB.

Canny 1986, doi:10.1109/TPAMI.1986.4767851; thresholds and their 0..255 scale from lllyasviel/ControlNet,
annotator/canny.
"""

from typing import Annotated

import cv2
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import eight_bit, planes
from ..resize import thin
from . import EDGES

EIGHT_BIT = Range(0, 255, 1)


def canny(
    image: Tensor,
    *,
    low: Annotated[int, EIGHT_BIT, "Edges weaker than this (0 to 255) are dropped."] = 100,
    high: Annotated[
        int, EIGHT_BIT, "Edges stronger than this (0 to 255) are kept; between the two, only what touches a kept one."
    ] = 200,
) -> Tensor:
    """White edges on black, one pixel wide, for canny control models."""
    return planes([cv2.Canny(frame, low, high) for frame in eight_bit(image)], image.device)


CANNY = Preprocessor(
    id="Canny",
    title="Canny Edges",
    run=canny,
    family=EDGES,
    flat=True,
    resize=thin,
    replaces=(
        Replaced(
            id="CannyEdgePreprocessor",
            difference="none",
            widgets={"low_threshold": "low", "high_threshold": "high", "resolution": "resolution"},
        ),
    ),
)
