"""Straight lines by M-LSD, decoded as lhwcv/mlsd_pytorch's utils.py does it: a peak is a line's centre."""

from typing import Annotated

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from ..asking import MULTIPLE
from ..declare import Network, Preprocessor, Range, Replaced
from ..network_input import extended
from ..networks.mlsd import MLSD
from ..resize import rounded
from . import STRAIGHT_LINES
from .drawing import Segments, draw

MOST = 200  # lines
PEAK = 3  # pixels of the network's half size, in which a centre is the best
HALF = 127.5  # levels


def segments(
    image: Tensor,
    *,
    network: Annotated[
        Network, MLSD, "M-LSD's weights; mlsd_large_512_fp32.pth, Apache-2.0, is what control models know."
    ],
    score: Annotated[float, Range(0.01, 2, 0.01), "How sure a line must be; above 1 there is none."] = 0.1,
    distance: Annotated[
        float, Range(0.01, 20, 0.01), "Shorter lines are dropped; in pixels of half the working size."
    ] = 0.1,
    resolution: int = 0,
) -> Tensor:
    """The straight edges that make out a room or a building, no texture; best at 512. For mlsd control models."""

    def find(frame: np.ndarray) -> Segments:
        with_ones = np.concatenate([frame, np.ones_like(frame[..., :1])], axis=-1)
        levels = torch.from_numpy(with_ones).to(image.device).movedim(-1, 0)[None].float()
        return decoded(network(extended(levels, MULTIPLE) / HALF - 1)[0], score, distance)

    return draw(image, resolution, find)


def decoded(map: Tensor, score: float, distance: float) -> Segments:
    """The lines of a network's (9, h, w), in pixels of twice the size."""
    heat = map[0].sigmoid()
    peaks = torch.where(max_pool2d(heat[None], PEAK, stride=1, padding=PEAK // 2)[0] == heat, heat, 0)
    scores, places = peaks.flatten().topk(MOST)
    y, x = places // map.shape[-1], places % map.shape[-1]
    arrows = map[1:5, y, x].T
    lengths = (arrows[:, :2] - arrows[:, 2:]).norm(dim=1)
    kept = (scores > score) & (lengths > distance)
    ends = 2 * (torch.stack([x, y, x, y], 1) + arrows)[kept]
    return ends.double().cpu().numpy() - 0.5  # theirs count from a pixel's corner


MLSD_LINES = Preprocessor(
    id="StraightLinesMLSD",
    title="Straight Lines M-LSD",
    run=segments,
    family=STRAIGHT_LINES,
    flat=True,
    resize_image=rounded,
    aliases=("mlsd", "m-lsd"),
    replaces=(
        Replaced(
            id="M-LSDPreprocessor",
            difference="none; 3 % of the pixels where it enlarges the image, which theirs does without cubic filter",
            widgets={"score_threshold": "score", "dist_threshold": "distance", "resolution": "resolution"},
            fixed={"network": MLSD.files[0].name},
        ),
    ),
)
