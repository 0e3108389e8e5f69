"""Line art without a network: how much darker a pixel is than its surroundings.

sd-webui-controlnet, annotator/lineart (lineart_standard).
"""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import least, levels, planes
from . import LINE_ART

FAINTEST = 16  # levels that become half white where there is no stronger line


def line_art(
    image: Tensor,
    *,
    sigma: Annotated[
        float, Range(0.01, 100, 0.01), "Radius of the surroundings, in pixels: larger finds broader strokes."
    ] = 6.0,
    threshold: Annotated[
        int, Range(0, 16, 1), "How many of 255 levels darker than its surroundings a pixel must be to count as a line."
    ] = 8,
) -> Tensor:
    """White strokes on black wherever an image is darker than around; shades stay. For lineart control models."""
    return planes([_strokes(frame, sigma, threshold) for frame in levels(image)], image.device)


def _strokes(frame: np.ndarray, sigma: float, threshold: int) -> np.ndarray:
    """(H, W) fp32 in [0, 255]."""
    darker = least(cv2.subtract(cv2.GaussianBlur(frame, (0, 0), sigma), frame)).clip(0, 255)
    lines = darker[darker > threshold]
    usual = max(FAINTEST, np.median(lines)) if lines.size else FAINTEST
    return (darker * (127 / usual)).clip(0, 255)


LINE_ART_STANDARD = Preprocessor(
    id="LineArtStandard",
    title="Line Art Standard",
    run=line_art,
    family=LINE_ART,
    flat=True,
    replaces=(
        Replaced(
            id="LineartStandardPreprocessor",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets={"guassian_sigma": "sigma", "intensity_threshold": "threshold", "resolution": "resolution"},
        ),
    ),
)
