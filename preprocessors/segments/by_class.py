"""Objects in the colours of their classes."""

from typing import Annotated

from torch import Tensor

from ...errors import MismatchedBatch
from ..declare import Image, Objects, Preprocessor
from ..resize import labels
from . import SEGMENTS
from .classes import Palette, colours, indices
from .painting import painted


def segments_by_class(
    image: Tensor | None = None,
    *,
    objects: Annotated[
        Objects, "Masks, one for each object of one image (SAM3 Detect with individual_masks), or SAM3 Video Track's."
    ],
    onto: Annotated[Image | None, "A map to draw on, such as that of other classes; black without one."] = None,
    classes: Annotated[
        str, "What the objects are, with commas: one class for each in order, or a single one for all."
    ] = "person",
    palette: Annotated[
        Palette, "ADE20K for ControlNet 1.1 seg and most others; COCO for those trained on its panoptic classes."
    ] = "ADE20K",
) -> Tensor:
    """Objects in the colours of their classes, the smaller on the larger, black where none is. For ControlNet seg.

    Chain one node a class through `onto` to draw what several text prompts found.

    Raises:
        InvalidValue: the palette has no such class.
        MismatchedBatch: there are neither as many classes as objects nor a single one.
    """
    chosen = indices(classes, palette)
    count = max(len(frame["masks"]) for frame in objects)
    if len(chosen) not in (1, count):
        raise MismatchedBatch(
            f"There are {count} objects and {len(chosen)} classes. Name a class for each object, or a single one."
        )
    table = colours(palette)[chosen]
    return painted(objects, table.repeat(max(count, 1), 0) if len(chosen) == 1 else table, image, onto)


SEGMENTS_BY_CLASS = Preprocessor(
    id="SegmentsByClass",
    title="Segments by Class",
    run=segments_by_class,
    family=SEGMENTS,
    flat=True,
    resize=labels,
    aliases=("ade20k", "coco", "sam3", "seg"),
)
