"""Depth from a picture in metres, by ZoeDepth, prepared as transformers' image_processing_zoedepth.py does it."""

from math import sqrt
from typing import Annotated, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..declare import Advanced, Network, Preprocessor, Range, Replaced
from ..network_input import LONGEST, normalized
from ..networks.zoe_depth import ZOE_DEPTH
from . import DEPTH
from .nearness import shown

HALF = (0.5, 0.5, 0.5)
MULTIPLE = 32
PERCENT = Range(0, 49, 0.1)


def depth_of_zoe(
    image: Tensor,
    *,
    network: Annotated[Network, ZOE_DEPTH, "ZoeDepth's weights: zoedepth-nyu-kitti of Intel, MIT."],
    output: Annotated[
        Literal["map", "metres"],
        "A map, or the distances themselves, far beyond white, for Depth from Distance and Normals from Depth.",
    ] = "map",
    far_percent: Annotated[
        float, PERCENT, "This much of the image, the farthest, becomes black; 15 as in ControlNet's training."
    ] = 15.0,
    near_percent: Annotated[float, PERCENT, "This much of the image, the nearest, becomes white."] = 2.0,
    input_size: Annotated[
        int,
        Range(64, 4096, 32),
        Advanced(),
        "Height, in pixels, of what the network sees of an image of 4 to 3; 384 in training.",
    ] = 384,
) -> Tensor:
    """Depth from a photograph, by ZoeDepth, which knows metres: near is white."""
    distance = torch.cat([metres(frame, network, input_size) for frame in image.split(1)])
    return (
        distance.expand(-1, 3, -1, -1).contiguous()
        if output == "metres"
        else shown(-distance, far_percent, near_percent)
    )


def metres(frame: Tensor, network: Network, input_size: int) -> Tensor:
    """(1, 1, H, W) fp32 distances. The image is mirrored beyond its border, for the network errs there."""
    height, width = frame.shape[-2:]
    above, left = (int(sqrt(side / 2) * 3) for side in (height, width))
    pixels = np.pad(frame[0].float().cpu().numpy(), ((0, 0), (above, above), (left, left)), mode="reflect")
    bordered = torch.from_numpy(pixels)[None].to(frame.device)
    seen = interpolate(bordered, _seen_size(*pixels.shape[1:], input_size), mode="bilinear", align_corners=True)
    found = network(normalized(seen, HALF, HALF))
    whole = interpolate(found, pixels.shape[1:], mode="bicubic", align_corners=False)
    return whole[..., above : above + height, left : left + width]


def _seen_size(height: int, width: int, input_size: int) -> tuple[int, int]:
    """Either side as its authors' net has it, 384 or 512, whichever scales less; the other in proportion."""
    vertical, horizontal = input_size / height, input_size * 4 / 3 / width
    scale = horizontal if abs(1 - horizontal) < abs(1 - vertical) else vertical
    scale = min(scale, LONGEST * input_size / max(height, width))
    return tuple(max(1, round(side * scale / MULTIPLE)) * MULTIPLE for side in (height, width))


DEPTH_ZOE = Preprocessor(
    id="DepthZoe",
    title="Zoe Depth",
    run=depth_of_zoe,
    family=DEPTH,
    flat=True,
    aliases=("depth_zoe", "metric depth", "estimate depth"),
    replaces=(
        Replaced(
            id="Zoe-DepthMapPreprocessor",
            difference="theirs takes its percentiles of 8 bits, ours of metres",
            widgets={"resolution": "resolution"},
            fixed={
                "network": ZOE_DEPTH.files[0].name,
                "output": "map",
                "far_percent": 15.0,
                "near_percent": 2.0,
                "input_size": 384,
            },
        ),
    ),
)
