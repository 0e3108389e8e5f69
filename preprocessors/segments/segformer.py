"""Segments of a picture, by SegFormer."""

from typing import Annotated

import torch
from torch import Tensor

from ..declare import Advanced, Network, Preprocessor, Range
from ..network_input import linear, normalized, seen_size
from ..networks.segformer import SEGFORMER
from ..resize import labels
from . import SEGMENTS
from .network import coloured


def segments_of_segformer(
    image: Tensor,
    *,
    network: Annotated[Network, SEGFORMER, "SegFormer's weights, not for commercial use: NVIDIA's licence."],
    input_size: Annotated[
        int,
        Range(64, 4096, 32),
        Advanced(),
        "Short side, in pixels, of what the network sees, whatever the image's; 640 in training.",
    ] = 640,
) -> Tensor:
    """Segments of a photograph in ADE20K's 150 classes, by SegFormer. For ControlNet seg."""
    size = tuple(image.shape[-2:])
    seen = [linear(frame, seen_size(frame, input_size, 32)) for frame in image.split(1)]
    return torch.cat([coloured(network(normalized(frame)), size) for frame in seen])


SEGFORMER_SEGMENTS = Preprocessor(
    id="SegmentsSegFormer",
    title="SegFormer Segments",
    run=segments_of_segformer,
    family=SEGMENTS,
    flat=True,
    resize=labels,
    aliases=("ade20k", "mit-b5", "semantic segmentation"),
)
