"""Runs a preprocessor on what ComfyUI's sockets carry: one frame after the other, with progress, interruptible."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from comfy.model_management import load_model_gpu, throw_exception_if_processing_interrupted
from comfy.model_patcher import ModelPatcher
from comfy.utils import ProgressBar
from torch import Tensor

from ..errors import UnsuitableSize
from ..preprocessors.declare import FlowModel, Image, Mask, Option, Preprocessor
from ..preprocessors.running import Working, at, frame, frame_count, run
from .frames import as_frames
from .images import Background, mask_to_planes, to_image, to_mask, to_planes
from .pretrained import placed as placed_networks


def preprocess(
    preprocessor: Preprocessor,
    image: Tensor | None,
    values: dict[str, Any],
    working: Working,
    background: Background = "white",
) -> tuple:
    """What the preprocessor returns for an IMAGE (B, H, W, C) or for none, each output as its socket carries it."""
    values = values | {o.name: as_frames(o.type, values[o.name]) for o in _given(preprocessor, values)}
    count = frame_count(preprocessor, image, values)
    values = values | placed_networks(preprocessor, values)
    progress, results = ProgressBar(count), []
    for result in _results(preprocessor, image, values, working, background, count):
        results.append([_to_socket(output.kind, value) for output, value in zip(preprocessor.outputs, result)])
        progress.update(1)
        throw_exception_if_processing_interrupted()
    return tuple(_joined(column) for column in zip(*results))


def _results(
    preprocessor: Preprocessor,
    image: Tensor | None,
    values: dict[str, Any],
    working: Working,
    background: Background,
    count: int,
) -> Iterator[tuple]:
    placed = partial(_placed, preprocessor, background=background)
    if preprocessor.together:
        yield from run(preprocessor, *placed(image, values), working)
        return
    for index in range(count):
        one = None if image is None else at(image, index)
        yield from run(preprocessor, *placed(one, frame(preprocessor, values, index)), working)


def _placed(
    preprocessor: Preprocessor, image: Tensor | None, values: dict[str, Any], background: Background
) -> tuple[Tensor | None, dict[str, Any]]:
    """Image and values as the preprocessor takes them, on the compute device."""
    place: dict[Any, Callable[[Any], Any]] = {
        Image: partial(to_planes, background=background),
        Mask: mask_to_planes,
        FlowModel: _loaded,
    }
    on_device = {
        option.name: place[option.type](values[option.name])
        for option in _given(preprocessor, values)
        if option.type in place
    }
    return None if image is None else to_planes(image, background), values | on_device


def _given(preprocessor: Preprocessor, values: dict[str, Any]) -> list[Option]:
    return [option for option in preprocessor.options if values.get(option.name) is not None]


def _loaded(patcher: ModelPatcher) -> torch.nn.Module:
    load_model_gpu(patcher)
    return patcher.model


def _to_socket(kind: Any, value: Any) -> Any:
    return {Image: to_image, Mask: to_mask}.get(kind, list)(value)


def _joined(frames: tuple) -> Any:
    """
    Raises:
        UnsuitableSize: frames were drawn without an image, each on a canvas of its own size.
    """
    if not isinstance(frames[0], Tensor):
        return [item for one in frames for item in one]
    sizes = sorted({f"{frame.shape[2]} x {frame.shape[1]}" for frame in frames})
    if len(sizes) > 1:
        raise UnsuitableSize(
            f"The frames have different sizes: {', '.join(sizes)}. Give an image of the size you want."
        )
    return torch.cat(frames) if len(frames) > 1 else frames[0].contiguous()
