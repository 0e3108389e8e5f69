"""Agreement of colours: the mean colour difference, square by square of a colour palette."""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..preprocessors.declare import Image, Range
from ..preprocessors.palette import palette
from ..preprocessors.pixels import colours
from ..preprocessors.resize import labels
from .declare import Measure
from .delta_e import ciede2000
from .pictures import heat

WORST = 50.0  # the difference that a picture shows in its brightest colour


def colour(
    image: Tensor,
    *,
    hint: Annotated[Image, "The colours that the image was to obey, such as a colour palette's squares."],
    found: Annotated[Image | None, "The colours of the image, if not its palette's squares."] = None,
    cell: Annotated[
        int, Range(8, 512, 8), "Side of the squares that the image's colours are found in, in pixels."
    ] = 64,
) -> tuple[Tensor, list[dict[str, float]]]:
    """Compares colours by CIEDE2000: 1 is just noticeable, 10 a glance shows. The picture shows where they differ."""
    found = palette(image, cell=cell) if found is None else found
    first, second = (
        cv2.cvtColor(colours(labels(one, tuple(image.shape[-2:])).clamp(0, 1))[0], cv2.COLOR_RGB2LAB)
        for one in (hint, found)
    )
    difference = ciede2000(first.astype(np.float64), second.astype(np.float64))
    numbers = {"Delta E": float(difference.mean()), "Delta E 95 %": float(np.percentile(difference, 95))}
    return heat(difference, WORST, image.device), [numbers]


COLOUR = Measure(
    id="Color",
    title="Color",
    run=colour,
    numbers={
        "Delta E": "The mean difference by CIEDE2000.",
        "Delta E 95 %": "The difference that 95 % of the pixels keep below.",
    },
)
