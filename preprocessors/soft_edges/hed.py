"""Soft edges by HED, as lllyasviel/ControlNet's annotator/hed combines them: the mean of five scales' logits."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..asking import by_frame
from ..declare import Network, Preprocessor, Replaced
from ..networks.hed import HED
from ..resize import rounded, two_tone
from . import SOFT_EDGES
from .finishing import STEPS, Kind, Safe, finished


def hed(
    image: Tensor,
    *,
    network: Annotated[Network, HED, "Weights of HED; control models were trained on those of ControlNetHED.pth."],
    safe: Safe = "enable",
    output: Kind = "soft",
) -> Tensor:
    """Soft edges of objects and of strong textures, by HED. For softedge and scribble control models."""
    steps = STEPS if safe == "enable" else 0
    return by_frame(image, lambda frame: finished(_edges(frame, network), output, steps))


def _edges(frame: Tensor, network: Network) -> Tensor:
    size = tuple(frame.shape[-2:])
    logits = [interpolate(one, size, mode="bilinear", align_corners=False) for one in network(frame)]
    return torch.cat(logits, 1).mean(1, keepdim=True).sigmoid()


THEIRS = {"safe": "safe", "resolution": "resolution"}
WEIGHTS = {"network": HED.files[0].name}
HED_EDGES = Preprocessor(
    id="HED",
    title="HED Soft Edges",
    run=hed,
    family=SOFT_EDGES,
    flat=True,
    resize_image=rounded,
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
            difference="1 in 100000 pixels",
            widgets=THEIRS,
            fixed=WEIGHTS | {"output": "scribble"},
        ),
    ),
)
