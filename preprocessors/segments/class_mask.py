"""Where a segment map shows given classes."""

from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from ..declare import Mask, Output, Preprocessor, Range
from ..pixels import eight_bit
from ..resize import labels
from .classes import Palette, colours, indices


def class_mask(
    image: Tensor,
    *,
    classes: Annotated[str, "Names or numbers of classes, with commas: person, car."] = "person",
    palette: Annotated[Palette, "Whose classes and colours the segment map has."] = "ADE20K",
    tolerance: Annotated[
        int, Range(0, 64, 1), "How many of 255 levels a colour may be off, for maps that were compressed or resized."
    ] = 0,
) -> Tensor:
    """White where a segment map shows one of the classes. In ADE20K road and skyscraper have the same colour.

    Raises:
        InvalidValue: the palette has no such class.
    """
    frames = eight_bit(image).astype(np.int16)
    wanted = colours(palette)[indices(classes, palette)].astype(np.int16)
    shown = np.any([(np.abs(frames - colour) <= tolerance).all(-1) for colour in wanted], axis=0)
    return torch.from_numpy(shown)[:, None].to(image.device).float()


CLASS_MASK = Preprocessor(
    id="ClassMask",
    title="Class Mask",
    run=class_mask,
    outputs=(Output(Mask, "White where one of the classes is."),),
    resize=labels,
    resize_image=labels,
    aliases=("mask by class", "segmentation to mask", "mask from color"),
)
