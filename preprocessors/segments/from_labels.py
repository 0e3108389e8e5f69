"""The colours of a class map, whose grey levels are class numbers."""

from typing import Annotated

import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range
from ..pixels import eight_bit, planes
from ..resize import labels
from . import SEGMENTS
from .classes import Palette, colours

LEVELS = 256


def segments_of_labels(
    image: Tensor,
    *,
    palette: Annotated[
        Palette, "ADE20K for ControlNet 1.1 seg and most others; COCO for those trained on its panoptic classes."
    ] = "ADE20K",
    first_level: Annotated[
        int, Range(0, 255, 1), "The level (of 255) of the first class: 1 in the files of ADE20K, where 0 is none."
    ] = 0,
) -> Tensor:
    """A class map in the colours of its classes: the image's red levels are class numbers. Black where none is."""
    known = colours(palette)[: LEVELS - first_level]
    table = np.zeros((LEVELS, 3), np.uint8)
    table[first_level : first_level + len(known)] = known
    return planes([table[frame[..., 0]] for frame in eight_bit(image)], image.device)


SEGMENTS_FROM_LABELS = Preprocessor(
    id="SegmentsFromLabels",
    title="Segments from Labels",
    run=segments_of_labels,
    family=SEGMENTS,
    resize=labels,
    resize_image=labels,
    aliases=("class map", "label map"),
)
