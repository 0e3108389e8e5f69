"""Pictures in a row, as the help pages have them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from torch import Tensor

from .known_maps import METHODS

SIDE, GAP = 200, 4  # pixels of a picture, pixels between two


@dataclass(frozen=True, eq=False)
class Picture:
    """`pixels` are (H, W, 3) uint8 as OpenCV has them; `caption` says what they show."""

    pixels: np.ndarray
    caption: str


def beside(*tiles: np.ndarray) -> np.ndarray:
    gap = np.full((SIDE, GAP, 3), 255, np.uint8)
    return np.concatenate([tiles[0], *(part for tile in tiles[1:] for part in (gap, tile))], axis=1)


def pixels(image: Tensor) -> np.ndarray:
    """The first of (B, H, W, 3) in [0, 1] as OpenCV has it, uint8."""
    return cv2.cvtColor(image[0].clamp(0, 1).mul(255).round().byte().cpu().numpy(), cv2.COLOR_RGB2BGR)


def small(image: Tensor) -> np.ndarray:
    return cv2.resize(pixels(image), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def small_planes(planes: Tensor) -> np.ndarray:
    """Of (B, 3 or 1, H, W)."""
    return small(planes.expand(-1, 3, -1, -1).movedim(1, -1))


def listed(methods: Sequence[str]) -> str:
    return ", ".join(METHODS[one].title for one in methods)
