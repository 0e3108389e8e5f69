"""Soft edges by HED, as lllyasviel/ControlNet's annotator/hed combines them: the mean of five scales' logits."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from ..declare import Network, Preprocessor, Replaced
from ..networks.hed import HED
from ..resize import two_tone
from . import SOFT_EDGES
from .finishing import STEPS, Kind, Safe, finished

MULTIPLE = 64  # of pixels, to which its authors extend an image's sides


def hed(
    image: Tensor,
    *,
    network: Annotated[Network, HED, "HED's weights; ControlNetHED.pth, Apache-2.0, is what control models know."],
    safe: Safe = "enable",
    output: Kind = "soft",
) -> Tensor:
    """Soft edges of objects and of strong textures, by HED. For softedge and scribble control models."""
    edges = torch.cat([_edges(frame, network) for frame in image.float().split(1)])
    return finished(edges, output, STEPS if safe == "enable" else 0)


def _edges(frame: Tensor, network: Network) -> Tensor:
    height, width = frame.shape[-2:]
    extended = pad(frame, (0, -width % MULTIPLE, 0, -height % MULTIPLE), mode="replicate")
    size = tuple(extended.shape[-2:])
    logits = [interpolate(one, size, mode="bilinear", align_corners=False) for one in network(extended * 255)]
    return torch.cat(logits, 1).mean(1, keepdim=True).sigmoid()[..., :height, :width]


THEIRS = {"safe": "safe", "resolution": "resolution"}
WEIGHTS = {"network": HED.files[0].name}
HED_EDGES = Preprocessor(
    id="HED",
    title="HED Soft Edges",
    run=hed,
    family=SOFT_EDGES,
    flat=True,
    resize=two_tone,
    aliases=("softedge hed", "scribble hed", "fake scribble"),
    replaces=(
        Replaced(
            id="HEDPreprocessor",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets=THEIRS,
            fixed=WEIGHTS | {"output": "soft"},
        ),
        Replaced(
            id="FakeScribblePreprocessor",
            difference="none, but for crests as flat as a rounding error, and at borders of sides not a multiple of 64",
            widgets=THEIRS,
            fixed=WEIGHTS | {"output": "scribble"},
        ),
    ),
)
