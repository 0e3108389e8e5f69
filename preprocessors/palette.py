"""Colour palette: squares of an image's colours. TencentARC/T2I-Adapter, ldm/modules/extra_condition/api.py."""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from .declare import Preprocessor, Range, Replaced
from .pixels import colours, from_colours
from .resize import labels


def palette(
    image: Tensor,
    *,
    cell: Annotated[int, Range(8, 512, 8), "Side of a square, in pixels; color adapters were trained with 64."] = 64,
) -> Tensor:
    """Squares of the colours in an image, for color adapters. Squares at the right and lower edge may be cut."""
    return from_colours([_squares(frame, cell) for frame in colours(image)], image.device)


def _squares(frame: np.ndarray, cell: int) -> np.ndarray:
    height, width = frame.shape[:2]
    whole = cv2.copyMakeBorder(frame, 0, -height % cell, 0, -width % cell, cv2.BORDER_REPLICATE)
    # Cubic looks at the middle of a square only, and adapters were trained so.
    grid = cv2.resize(whole, (whole.shape[1] // cell, whole.shape[0] // cell), interpolation=cv2.INTER_CUBIC)
    return cv2.resize(grid.clip(0, 1), whole.shape[1::-1], interpolation=cv2.INTER_NEAREST)[:height, :width]


PALETTE = Preprocessor(
    id="ColorPalette",
    title="Color Palette",
    run=palette,
    resize=labels,
    replaces=(
        Replaced(
            id="ColorPreprocessor",
            difference="1 of 255 levels where both sides are multiples of 64; elsewhere ours has squares of 64 pixels, "
            "theirs has uneven ones",
            widgets={"resolution": "resolution"},
            fixed={"cell": 64},
        ),
    ),
)
