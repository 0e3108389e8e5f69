"""Tile by a Gaussian blur: sd-webui-controlnet, scripts/processor.py (blur_gaussian)."""

from typing import Annotated

import cv2
from torch import Tensor

from ..declare import Preprocessor, Range
from ..pixels import colours, from_colours
from . import TILE


def blur(image: Tensor, *, sigma: Annotated[float, Range(0.01, 64, 0.01), "Radius in pixels."] = 9.0) -> Tensor:
    """The image out of focus. For blur and tile control models."""
    frames = [cv2.GaussianBlur(frame, (0, 0), sigma) for frame in colours(image)]
    return from_colours(frames, image.device).clamp(0, 1)


TILE_BLUR = Preprocessor(id="TileBlur", title="Tile Blur", run=blur, family=TILE, aliases=("gaussian blur",))
