"""Lines by a difference of Gaussians: Winnemöller et al. 2012, doi:10.1016/j.cag.2012.03.004.

The form with two fixed sigmas of sd-webui-controlnet, annotator/processor.py (scribble_xdog).
"""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import least, levels, planes
from ..resize import binary
from . import SKETCH

FINE, COARSE = 0.5, 5.0  # sigmas in pixels


def xdog(
    image: Tensor,
    *,
    threshold: Annotated[
        int,
        Range(1, 64, 1),
        "How much darker than its surroundings, in half levels of 255, a line is. Less finds more.",
    ] = 32,
) -> Tensor:
    """White lines on black where an image is darker than around. For scribble control models."""
    return planes([_lines(frame, threshold) for frame in levels(image)], image.device)


def _lines(frame: np.ndarray, threshold: int) -> np.ndarray:
    """(H, W) uint8, 0 or 255. The field rounds the difference up to a whole level, hence the whole half."""
    difference = cv2.subtract(cv2.GaussianBlur(frame, (0, 0), COARSE), cv2.GaussianBlur(frame, (0, 0), FINE))
    return (least(difference) > threshold // 2).astype(np.uint8) * 255


SKETCH_XDOG = Preprocessor(
    id="SketchXDoG",
    title="Sketch XDoG",
    run=xdog,
    family=SKETCH,
    flat=True,
    resize=binary,
    aliases=("scribble",),
    replaces=(
        Replaced(
            id="Scribble_XDoG_Preprocessor",
            difference="1 in 100000 pixels",
            widgets={"threshold": "threshold", "resolution": "resolution"},
        ),
    ),
)
