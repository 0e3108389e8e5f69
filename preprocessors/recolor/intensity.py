"""Grey by intensity: V of HSV, the brightest channel. sd-webui-controlnet, scripts/processor.py (recolor_intensity)."""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import colours, planes
from . import RECOLOR


def intensity(
    image: Tensor, *, gamma: Annotated[float, Range(0.1, 2, 0.01), "Below 1 brightens, above 1 darkens."] = 1.0
) -> Tensor:
    """The image in grey, where any pure colour is white. For recolor control models."""
    return planes([_brightest(frame) ** gamma for frame in colours(image)], image.device, white=1.0)


def _brightest(frame: np.ndarray) -> np.ndarray:
    red, green, blue = cv2.split(frame)
    return cv2.max(cv2.max(red, green), blue)


RECOLOR_INTENSITY = Preprocessor(
    id="RecolorIntensity",
    title="Recolor Intensity",
    run=intensity,
    family=RECOLOR,
    flat=True,
    replaces=(
        Replaced(
            id="ImageIntensityDetector",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets={"gamma_correction": "gamma", "resolution": "resolution"},
        ),
    ),
)
