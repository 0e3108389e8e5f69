"""Straight lines found at one size and drawn at another."""

from collections.abc import Callable

import cv2
import numpy as np
from torch import Tensor

from ..asking import MULTIPLE
from ..pixels import eight_bit, planes
from ..resize import rounded
from ..running import Working

Segments = np.ndarray  # (N, 4): x and y of both ends, in pixels, (0, 0) at the centre of the first


def draw(image: Tensor, resolution: int, find: Callable[[np.ndarray], Segments]) -> Tensor:
    """(B, 3, H, W): what `find` finds in (h, w, 3) uint8 of the working size, drawn at the image's."""
    height, width = image.shape[-2:]
    at_work = eight_bit(rounded(image, Working(resolution).size(height, width)))
    return planes(
        [_drawn(_scaled(find(one), one.shape, (height, width)), height, width) for one in at_work], image.device
    )


def longer(segments: Segments, percent: float, shape: tuple[int, ...]) -> Segments:
    """Those of at least this length, in percent of the short side."""
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    return segments[lengths >= percent / 100 * min(shape)]


def _scaled(segments: Segments, found: tuple[int, ...], drawn: tuple[int, int]) -> Segments:
    scale = np.tile([drawn[1] / found[1], drawn[0] / found[0]], 2)
    return (segments + 0.5) * scale - 0.5


def _drawn(segments: Segments, height: int, width: int) -> np.ndarray:
    """(H, W) uint8, cut out of a canvas of multiples of 64, as published: a line's pixels depend on where it ends."""
    canvas = np.zeros((height + -height % MULTIPLE, width + -width % MULTIPLE), np.uint8)
    for x0, y0, x1, y1 in np.trunc(segments + 0.5).astype(int).tolist():
        cv2.line(canvas, (x0, y0), (x1, y1), 255, 1)
    return canvas[:height, :width]
