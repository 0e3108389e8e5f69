"""Segments of a picture, by UperNet."""

from typing import Annotated

import torch
from torch import Tensor

from ..declare import Advanced, Network, Preprocessor, Range
from ..network_input import linear, normalized, seen_size
from ..networks.upernet import UPERNET
from ..resize import labels
from . import SEGMENTS
from .network import coloured


def segments_of_upernet(
    image: Tensor,
    *,
    network: Annotated[Network, UPERNET, "UperNet's weights: upernet-convnext-small of openmmlab, MIT."],
    input_size: Annotated[
        int,
        Range(64, 4096, 32),
        Advanced(),
        "Short side, in pixels, of what the network sees, whatever the image's; 512 in training.",
    ] = 512,
) -> Tensor:
    """Segments of a photograph in ADE20K's 150 classes, by UperNet on ConvNeXt. For ControlNet seg."""
    size = tuple(image.shape[-2:])
    seen = [linear(frame, seen_size(frame, input_size, 32)) for frame in image.split(1)]
    return torch.cat([coloured(network(normalized(frame)), size) for frame in seen])


UPERNET_SEGMENTS = Preprocessor(
    id="SegmentsUperNet",
    title="UperNet Segments",
    run=segments_of_upernet,
    family=SEGMENTS,
    flat=True,
    resize=labels,
    aliases=("ade20k", "seg_ufade20k", "semantic segmentation"),
)
