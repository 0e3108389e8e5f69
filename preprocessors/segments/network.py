"""From what a network says of each class to the colours of a segment map."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...errors import InvalidValue
from ..pixels import planes
from ..resize import Size
from .classes import PALETTES, Palette, colours

AT_ONCE = 8  # classes; all of them at an image's size would take gigabytes
BY_COUNT: dict[int, Palette] = {len(classes): name for name, classes in PALETTES.items()}


def coloured(scores: Tensor, size: Size) -> Tensor:
    """(B, 3, *size) fp32: the colours of the classes with the highest scores (B, classes, h, w), made linear between.

    Raises:
        InvalidValue: there are neither ADE20K's 150 classes nor COCO's 133.
    """
    palette = BY_COUNT.get(scores.shape[1])
    if palette is None:
        known = ", ".join(f"{count} ({name})" for count, name in BY_COUNT.items())
        raise InvalidValue(f"The network knows {scores.shape[1]} classes. Choose one that knows {known}.")
    table = colours(palette)
    return planes([table[frame] for frame in highest(scores, size)], scores.device)


def highest(scores: Tensor, size: Size) -> np.ndarray:
    """(B, *size): the class with the highest score at each pixel."""
    best, found = None, None
    for start in range(0, scores.shape[1], AT_ONCE):
        some = interpolate(scores[:, start : start + AT_ONCE].float(), size, mode="bilinear", align_corners=False)
        value, index = some.max(1)
        if best is None:
            best, found = value, index
            continue
        found = torch.where(value > best, index + start, found)
        best = torch.maximum(best, value)
    return found.cpu().numpy()
