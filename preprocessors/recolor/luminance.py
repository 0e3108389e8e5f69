"""Grey by luminance: L* of CIE 1976 L*a*b*. sd-webui-controlnet, scripts/processor.py (recolor_luminance)."""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Advanced, Preprocessor, Range, Replaced
from ..pixels import colours, planes
from . import RECOLOR


def luminance(
    image: Tensor,
    *,
    gamma: Annotated[float, Range(0.1, 2, 0.01), "Below 1 brightens, above 1 darkens."] = 1.0,
    legacy: Annotated[
        bool,
        Advanced(),
        "Takes red for blue and blue for red, as all other packs do. Try it where a recolor model gives odd colours: "
        "it may have been trained so.",
    ] = False,
) -> Tensor:
    """The image in grey, as bright as people see it. For recolor control models."""
    to_lab = cv2.COLOR_BGR2LAB if legacy else cv2.COLOR_RGB2LAB
    frames = [_lightness(frame, to_lab) ** gamma for frame in colours(image)]
    return planes(frames, image.device, white=100.0**gamma)


def _lightness(frame: np.ndarray, to_lab: int) -> np.ndarray:
    """(H, W) fp32 in [0, 100]."""
    lightness = cv2.extractChannel(cv2.cvtColor(frame, to_lab), 0)
    return np.clip(lightness, 0, 100, out=lightness)


RECOLOR_LUMINANCE = Preprocessor(
    id="RecolorLuminance",
    title="Recolor Luminance",
    run=luminance,
    family=RECOLOR,
    flat=True,
    replaces=(
        Replaced(
            id="ImageLuminanceDetector",
            difference="2 of 255 levels: ours is not cut to 8 bits. Red and blue are swapped as there: legacy",
            widgets={"gamma_correction": "gamma", "resolution": "resolution"},
            fixed={"legacy": True},
        ),
    ),
)
