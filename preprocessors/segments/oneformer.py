"""Segments of a picture, by OneFormer."""

from typing import Annotated

import torch
from torch import Tensor

from ..declare import Advanced, Network, Preprocessor, Range, Replaced
from ..network_input import linear, normalized, seen_size
from ..networks.oneformer import ONEFORMER
from ..resize import labels
from . import SEGMENTS
from .network import coloured


def segments_of_oneformer(
    image: Tensor,
    *,
    network: Annotated[
        Network,
        ONEFORMER,
        "OneFormer's weights, MIT. Those trained on ADE20K give its 150 classes, those on COCO its 133.",
    ],
    input_size: Annotated[
        int,
        Range(64, 4096, 32),
        Advanced(),
        "Short side, in pixels, of what the network sees, whatever the image's; 640 in training on ADE20K, 800 on "
        "COCO.",
    ] = 640,
) -> Tensor:
    """Segments of a photograph in the classes of ADE20K or COCO, by OneFormer on Swin-L. For ControlNet seg."""
    size = tuple(image.shape[-2:])
    seen = [linear(frame, seen_size(frame, input_size, 1)) for frame in image.split(1)]
    return torch.cat([coloured(network(normalized(frame)), size) for frame in seen])


ONEFORMER_SEGMENTS = Preprocessor(
    id="SegmentsOneFormer",
    title="OneFormer Segments",
    run=segments_of_oneformer,
    family=SEGMENTS,
    flat=True,
    resize=labels,
    aliases=("ade20k", "coco", "seg_ofade20k", "seg_ofcoco", "semantic segmentation"),
    replaces=(
        Replaced(
            id="OneFormer-ADE20K-SemSegPreprocessor",
            difference="ours has the colours of ADE20K, which control models know; theirs has none of them",
            widgets={"resolution": "resolution"},
            fixed={"network": ONEFORMER.files[0].name, "input_size": 640},
        ),
        Replaced(
            id="OneFormer-COCO-SemSegPreprocessor",
            difference="ours has the colours of COCO, which control models know; theirs has none of them",
            widgets={"resolution": "resolution"},
            fixed={"network": ONEFORMER.files[1].name, "input_size": 800},
        ),
    ),
)
