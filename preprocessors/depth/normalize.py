"""A relative depth picture, stretched to black and white, and turned over where its near is black."""

from typing import Annotated, Literal

import numpy as np
from torch import Tensor

from ..declare import Mask, Preprocessor, Range
from ..pixels import planes, shades
from . import DEPTH
from .nearness import bounds, stretched

PERCENT = Range(0, 49, 0.1)


def normalized(
    image: Tensor,
    *,
    near: Annotated[Literal["white", "black"], "What near is in the given picture; in the map it is white."] = "white",
    far_percent: Annotated[
        float, PERCENT, "This much of the picture, the farthest, becomes black: 1 leaves stray pixels out."
    ] = 0.0,
    near_percent: Annotated[float, PERCENT, "This much of the picture, the nearest, becomes white."] = 0.0,
    mask: Annotated[Mask | None, "What counts; the rest, such as a sky, becomes black."] = None,
) -> Tensor:
    """Stretches a depth picture so that its nearest is white and its farthest black.

    For pictures of depth from any node, and for renders whose depth is already between black and white (Blender's
    mist). Distances in units of length are for Depth from Distance.
    """
    shown = shades(image) if near == "white" else -shades(image)
    if mask is not None:
        shown = np.where(mask[:, 0].float().cpu().numpy() > 0.5, shown, np.float32(np.nan))
    return planes([stretched(one, *bounds(one, far_percent, near_percent)) for one in shown], image.device, white=1.0)


DEPTH_NORMALIZE = Preprocessor(
    id="DepthNormalize",
    title="Normalize Depth",
    run=normalized,
    family=DEPTH,
    aliases=("invert depth", "remap depth"),
)
