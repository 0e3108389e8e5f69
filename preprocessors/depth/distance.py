"""Depth from distances in any unit of length: a metric model's, or a render's Z pass."""

from typing import Annotated

import numpy as np
from torch import Tensor

from ...errors import InvalidValue
from ..declare import Preprocessor, Range
from ..pixels import planes, shades
from ..resize import labels
from . import DEPTH
from .nearness import Spread, bounds, nearness, stretched

PERCENT = Range(0, 49, 0.1)
LENGTH = Range(0, 100000, 0.01)


def depth_of_distance(
    image: Tensor,
    *,
    spread: Annotated[
        Spread, "inverse gives near things most of the shades, as MiDaS and what was trained on it; linear all alike."
    ] = "inverse",
    nearest: Annotated[float, LENGTH, "The distance that becomes white; 0 finds the nearest of each image."] = 0.0,
    farthest: Annotated[float, LENGTH, "The distance that becomes black; 0 finds the farthest of each image."] = 0.0,
    far_percent: Annotated[
        float, PERCENT, "Where the farthest is found: this much of the image, farther still, becomes black."
    ] = 0.0,
    near_percent: Annotated[
        float, PERCENT, "Where the nearest is found: this much of the image, nearer still, becomes white."
    ] = 0.0,
) -> Tensor:
    """Depth from distances, in whatever unit: Depth Anything 3 rendered raw, ZoeDepth, a renderer's Z pass.

    What is 0, below 0, not finite or a billion and more is no distance: it becomes black. Give both distances for
    a video, so that its brightness does not flicker. The image is taken beyond white: do not cut it to 8 bits before.

    Raises:
        InvalidValue: `nearest` is not nearer than `farthest`.
    """
    if 0 < farthest <= nearest:
        raise InvalidValue(f"nearest is {nearest} and farthest {farthest}: the nearest distance must be the smaller.")
    maps = []
    for distances in shades(image):
        near = nearness(distances, spread)
        black, white = bounds(near, far_percent, near_percent)
        if nearest:
            white = _at(nearest, spread)
            black = min(black, white)
        if farthest:
            black = _at(farthest, spread)
            white = max(black, white)
        maps.append(stretched(near, black, white))
    return planes(maps, image.device, white=1.0)


def _at(distance: float, spread: Spread) -> float:
    return float(nearness(np.float32([distance]), spread)[0])


DEPTH_DISTANCE = Preprocessor(
    id="DepthDistance",
    title="Depth from Distance",
    run=depth_of_distance,
    family=DEPTH,
    resize_image=labels,
    aliases=("metric depth", "z pass", "z buffer", "zoe"),
)
