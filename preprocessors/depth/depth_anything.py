"""Depth from a picture, by Depth Anything V2."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..declare import Advanced, Network, Preprocessor, Range, Replaced
from ..network_input import cubic, normalized, seen_size
from ..networks.depth_anything_v2 import DEPTH_ANYTHING_V2, PATCH
from . import DEPTH
from .nearness import shown


def depth_anything(
    image: Tensor,
    *,
    network: Annotated[
        Network, DEPTH_ANYTHING_V2, "Small is Apache-2.0; Base and Large are CC-BY-NC-4.0, not for commercial use."
    ],
    input_size: Annotated[
        int,
        Range(56, 4046, 14),
        Advanced(),
        "Short side, in pixels, of what the network sees, whatever the image's; 518 in training. More finds finer "
        "things and loses the whole.",
    ] = 518,
) -> Tensor:
    """Depth from a photograph or drawing, by Depth Anything V2: near is white, with fine edges."""
    return shown(torch.cat([nearness(frame, network, input_size) for frame in image.split(1)]))


def nearness(frame: Tensor, network: Network, input_size: int) -> Tensor:
    """(1, 1, H, W) fp32, 0 or more, in no unit: as its authors' infer_image has it."""
    seen = normalized(cubic(frame, seen_size(frame, input_size, PATCH)))
    return interpolate(network(seen), tuple(frame.shape[-2:]), mode="bilinear", align_corners=True)


DEPTH_ANYTHING = Preprocessor(
    id="DepthAnythingV2",
    title="Depth Anything V2",
    run=depth_anything,
    family=DEPTH,
    flat=True,
    aliases=("depth_anything_v2", "monocular depth", "estimate depth"),
    replaces=(
        Replaced(
            id="DepthAnythingV2Preprocessor",
            difference="ours is not cut to 8 bits and sees the image at the resolution, theirs at its own size",
            widgets={"ckpt_name": "network", "resolution": "resolution"},
            fixed={"input_size": 518},
        ),
    ),
)
