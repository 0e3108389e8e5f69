"""Depth from what ComfyUI's Depth Anything 3 and MoGe found, before it was rendered.

ComfyUI's comfy_extras/nodes_moge.py (MoGeRender) is "inverse" with 0.1 percent at either end;
comfy_extras/nodes_depth_anything_3.py (DA3Render) is "linear" with 1 percent in v2_style and 0 in min_max.
"""

from typing import Annotated

import numpy as np
from torch import Tensor

from ..declare import Geometry, Preprocessor, Range
from ..pixels import planes
from ..resize import smooth
from . import DEPTH
from .nearness import Spread, bounds, nearness, stretched

PERCENT = Range(0, 49, 0.1)
SKY = 0.3  # the probability from which Depth Anything 3 counts a pixel as sky


def depth_of_geometry(
    image: Tensor | None = None,
    *,
    geometry: Annotated[Geometry, "What Run Depth Anything 3 or Run MoGe Inference found."],
    spread: Annotated[
        Spread, "inverse gives near things most of the shades, as MiDaS and what was trained on it; linear all alike."
    ] = "inverse",
    far_percent: Annotated[float, PERCENT, "This much of the image, the farthest, becomes black."] = 0.1,
    near_percent: Annotated[float, PERCENT, "This much of the image, the nearest, becomes white."] = 0.1,
) -> Tensor:
    """Depth from ComfyUI's Depth Anything 3 or MoGe: the same map at every run, its sky black and out of count.

    As it starts, it is what Render MoGe Geometry makes. linear with 1 percent at both ends is what Render Depth
    Anything 3 makes of up to 100,000 pixels; of larger images that node draws a random part. Give the image too,
    and the map has its size.
    """
    maps = []
    for frame in geometry:
        near = nearness(_distance(frame), spread)
        maps.append(stretched(near, *bounds(near, far_percent, near_percent)))
    depth = planes(maps, geometry[0]["depth"].device if image is None else image.device, white=1.0)
    return depth if image is None else smooth(depth, tuple(image.shape[-2:]))


def _distance(frame: dict[str, Tensor]) -> np.ndarray:
    """(H, W) fp32, 0 where the sky is."""
    distance = frame["depth"].float().cpu().numpy()
    if "sky" not in frame:
        return distance
    return np.where(frame["sky"].float().cpu().numpy() < SKY, distance, 0)


DEPTH_GEOMETRY = Preprocessor(
    id="DepthGeometry",
    title="Depth from Geometry",
    run=depth_of_geometry,
    family=DEPTH,
    flat=True,
    aliases=("depth anything 3", "da3", "moge"),
)
