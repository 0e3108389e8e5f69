"""Objects in random colours, as Segment Anything's are shown and ControlNet Union's segments were trained on."""

from typing import Annotated

import numpy as np
from torch import Tensor

from ..declare import Image, Objects, Preprocessor, Range
from ..resize import labels
from . import SEGMENTS
from .painting import painted


def segments_of_sam(
    image: Tensor | None = None,
    *,
    objects: Annotated[
        Objects, "Masks, one for each object of one image (SAM3 Detect with individual_masks), or SAM3 Video Track's."
    ],
    onto: Annotated[Image | None, "A map to draw on; black without one."] = None,
    seed: Annotated[int, Range(0, 2**32 - 1, 1), "Other colours for the same objects; 0 is a seed too."] = 0,
) -> Tensor:
    """Every object in a colour of its own, the smaller on the larger, black where none is. For ControlNet Union.

    An object keeps its colour through a tracked video, and when others are added after it.
    """
    count = max(len(frame["masks"]) for frame in objects)
    colours = np.random.default_rng(seed).integers(0, 255, (max(count, 1), 3)).astype(np.uint8)
    return painted(objects, colours, image, onto)


SEGMENTS_SAM = Preprocessor(
    id="SegmentsSAM",
    title="Segments of SAM",
    run=segments_of_sam,
    family=SEGMENTS,
    flat=True,
    resize=labels,
    aliases=("segment anything", "sam3", "mask to segmentation"),
)
