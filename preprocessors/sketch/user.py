"""What somebody drew, dark on light or light on dark, as a scribble control model wants it.

ControlNet's gradio_scribble2image.py keeps what is darker than 127 in some channel, and takes it as dark on light.
"""

from typing import Annotated, Literal

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range
from ..pixels import eight_bit, grey, least, planes
from ..resize import binary
from . import SKETCH

Lines = Literal["auto", "dark", "light"]


def user_sketch(
    image: Tensor,
    *,
    lines: Annotated[
        Lines, "Whether the lines are dark on light or light on dark; auto looks which of the two the ground is."
    ] = "auto",
    threshold: Annotated[
        int,
        Range(1, 255, 1),
        "Dark lines are what is darker than this (of 255) in some channel; light ones, the reverse.",
    ] = 127,
) -> Tensor:
    """White lines on black from a drawing of either polarity, coloured pens included. For scribble control models."""
    return planes([_drawn(frame, lines, threshold) for frame in eight_bit(image)], image.device)


def _drawn(frame: np.ndarray, lines: Lines, threshold: int) -> np.ndarray:
    """(H, W) uint8, 0 or 255."""
    on_light = ~frame if lines == "light" or (lines == "auto" and _is_dark(frame)) else frame
    return cv2.threshold(least(on_light), threshold - 1, 255, cv2.THRESH_BINARY_INV)[1]


def _is_dark(frame: np.ndarray) -> bool:
    """Whether most pixels are nearer to black than to white."""
    return np.count_nonzero(grey(frame) < 128) * 2 > frame.shape[0] * frame.shape[1]


USER_SKETCH = Preprocessor(
    id="UserSketch",
    title="User Sketch",
    run=user_sketch,
    family=SKETCH,
    flat=True,
    resize=binary,
    aliases=("scribble", "invert"),
)
