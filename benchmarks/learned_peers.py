"""The same networks elsewhere: in the nodes of comfyui_controlnet_aux, and in transformers' own pipelines."""

import os
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from ..host.pretrained import patcher
from ..preprocessors.declare import Network, Preprocessor
from .preprocessors import Maker, against, peers
from .stand_ins import stand_in

Images = list  # of PIL
Pipeline = Callable[[Images], Any]
Peer = Callable[[nn.Module], Pipeline]  # from the network as ours holds it


def aux(one: Preprocessor, pack: Path, weights: Path, side: int) -> Maker:
    """The node that ours replaces first, with the values that it starts with, reading the same files."""
    os.environ |= {"AUX_ANNOTATOR_CKPTS_PATH": str(weights), "HF_HUB_OFFLINE": "1"}
    stand_in()
    replaced = one.replaces[0]
    return against(one, replaced, peers(pack)[replaced.id], side)[1]


def pipeline(one: Preprocessor) -> Callable[[Tensor], Any]:
    """transformers' around the network that ours asks, made at the first call and kept."""
    made = cache(lambda: PIPELINES[one.id](_network(one)))
    return lambda image: made()(_pictures(image))


def _network(one: Preprocessor) -> nn.Module:
    option = next(option for option in one.options if option.type is Network)
    return patcher(option.pretrained.files[0].name, option.pretrained).model


def _pictures(image: Tensor) -> Images:
    from PIL import Image

    return [Image.fromarray(frame) for frame in (image * 255).round().byte().numpy()]


def _task(task: str, processor: str, network: nn.Module, **options) -> Pipeline:
    import transformers

    return transformers.pipeline(task, network.model, image_processor=getattr(transformers, processor)(**options))


def _vitpose(network: nn.Module) -> Pipeline:
    """There is no pipeline for it: its processor, its model and its processor again."""
    from transformers import VitPoseImageProcessor

    processor = VitPoseImageProcessor()

    def find(images: Images) -> Any:
        boxes = [[[0, 0, *image.size]] for image in images]
        inputs = processor(images, boxes=boxes, return_tensors="pt")
        return processor.post_process_pose_estimation(network.model(**inputs), boxes=boxes)

    return find


SEGMENTS = partial(_task, "image-segmentation", "SegformerImageProcessor")
PIPELINES: dict[str, Peer] = {
    "DepthZoe": partial(_task, "depth-estimation", "ZoeDepthImageProcessor"),
    "SegmentsSegFormer": partial(SEGMENTS, size={"height": 640, "width": 640}),
    "SegmentsUperNet": partial(SEGMENTS, size={"height": 512, "width": 512}),
    "ViTPose": _vitpose,
}
"""For the methods that comfyui_controlnet_aux asks of transformers by name, which takes a download, or lacks."""
