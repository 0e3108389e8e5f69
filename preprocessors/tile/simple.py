"""TTPlanet's simple tile: shrunk, grown and blurred."""

from typing import Annotated

import cv2
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import colours, from_colours
from . import TILE
from .reduced import blurred, reduced


def simple(
    image: Tensor,
    *,
    scale: Annotated[float, Range(1, 8, 0.01), "How many times smaller the image is made."] = 1.0,
    blur: Annotated[float, Range(1, 10, 0.01), "Strength of the blur after that, twice its radius in pixels."] = 2.0,
) -> Tensor:
    """The image shrunk, grown and blurred. For TTPlanet's tile control models."""
    frames = [blurred(reduced(frame, scale, cv2.INTER_LANCZOS4), blur) for frame in colours(image)]
    return from_colours(frames, image.device)


TILE_SIMPLE = Preprocessor(
    id="TileSimple",
    title="Tile Simple (TTPlanet)",
    run=simple,
    family=TILE,
    flat=True,
    replaces=(
        Replaced(
            id="TTPlanet_TileSimple_Preprocessor",
            difference="1 of 255 levels: ours is not rounded between the steps",
            widgets={"scale_factor": "scale", "blur_strength": "blur"},
        ),
    ),
)
