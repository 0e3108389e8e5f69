"""Tile by pyramid: shrunk by area, grown by doubling with the binomial filter 1 4 6 4 1, which makes cubic B-splines.

comfyui_controlnet_aux, src/custom_controlnet_aux/tile, whose doubling moves the image by (2^levels - 1) / 2 pixels.
"""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import colours, from_colours
from . import TILE


def pyramid(
    image: Tensor,
    *,
    levels: Annotated[int, Range(1, 10, 1), "How often the image is halved and doubled again: more is softer."] = 3,
) -> Tensor:
    """The image shrunk and softly grown again. For tile control models of SD1.5 and SDXL."""
    return from_colours([_softened(frame, levels) for frame in colours(image)], image.device)


def _softened(frame: np.ndarray, levels: int) -> np.ndarray:
    """(H, W, 3). Doubling puts pixel 1 at 2, so that a cell's colour lies half a cell, less half a pixel, too far."""
    height, width = frame.shape[:2]
    cell = 2**levels
    whole = _whole(frame, cell)
    columns, rows = whole.shape[1] // cell, whole.shape[0] // cell
    cells = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    grown = _moved(cells, 0.5 / cell)
    for _ in range(levels):
        grown = cv2.pyrUp(grown)
    start = cell // 2
    return grown[start : start + height, start : start + width]


def _moved(cells: np.ndarray, by: float) -> np.ndarray:
    """(h + 1, w + 1, 3): pixel 1 is what is at `by`, a small part of a pixel, on a parabola through three pixels."""
    parabola = np.array([by * (by - 1) / 2, 1 - by * by, by * (by + 1) / 2])
    extended = cv2.copyMakeBorder(cells, 1, 0, 1, 0, cv2.BORDER_REPLICATE)
    return cv2.sepFilter2D(extended, -1, parabola, parabola, borderType=cv2.BORDER_REPLICATE).clip(0, 1)


def _whole(frame: np.ndarray, cell: int) -> np.ndarray:
    """The frame with both sides extended to multiples of `cell`; a mirror image does not change a cell's mean."""
    below, right = (-length % cell for length in frame.shape[:2])
    return cv2.copyMakeBorder(frame, 0, below, 0, right, cv2.BORDER_REFLECT) if below or right else frame


TILE_PYRAMID = Preprocessor(
    id="TilePyramid",
    title="Tile Pyramid",
    run=pyramid,
    family=TILE,
    flat=True,
    replaces=(
        Replaced(
            id="TilePreprocessor",
            difference="0.6 of 255 levels in the mean, once theirs is put in place: it lies 3.5 pixels (at 3 "
            "iterations) up and left. Theirs has no working resolution, whatever it says, and cuts the map to "
            "multiples of 64",
            widgets={"pyrUp_iters": "levels", "resolution": None},
        ),
    ),
)
