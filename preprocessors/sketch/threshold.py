"""Black and white by brightness. The found threshold is Otsu's, doi:10.1109/TSMC.1979.4310076."""

from typing import Annotated, Literal

import cv2
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import eight_bit, grey, least, planes
from ..resize import binary
from . import SKETCH

Brightness = Literal["darkest channel", "grey"]


def threshold(
    image: Tensor,
    *,
    level: Annotated[int, Range(0, 255, 1), "What is brighter than this (of 255) becomes white."] = 127,
    brightness: Annotated[
        Brightness, "The darkest of the three channels, which counts any colour as dark, or their luma."
    ] = "darkest channel",
    otsu: Annotated[bool, "Finds the level that separates dark from bright best, for each image."] = False,
) -> Tensor:
    """White where an image is bright, black elsewhere; nothing is inverted."""
    shade = least if brightness == "darkest channel" else grey
    method = cv2.THRESH_BINARY | (cv2.THRESH_OTSU if otsu else 0)
    frames = [cv2.threshold(shade(frame), level, 255, method)[1] for frame in eight_bit(image)]
    return planes(frames, image.device)


THRESHOLD = Preprocessor(
    id="Threshold",
    title="Threshold",
    run=threshold,
    family=SKETCH,
    flat=True,
    resize=binary,
    aliases=("binary", "otsu"),
    replaces=(
        Replaced(
            id="BinaryPreprocessor",
            difference="none, but for a threshold of 0 or 255, which meant Otsu's: set otsu",
            widgets={"bin_threshold": "level", "resolution": "resolution"},
            fixed={"brightness": "grey", "otsu": False},
        ),
        Replaced(
            id="ScribblePreprocessor",
            difference="none: black lines on white, as there; User Sketch gives what scribble models were trained on",
            widgets={"resolution": "resolution"},
            fixed={"level": 126, "brightness": "darkest channel", "otsu": False},
        ),
    ),
)
