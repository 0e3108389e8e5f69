"""What a socket carries, as a tensor or a list of one item a frame."""

from typing import Any

import torch
from torch import Tensor

from ..errors import MissingInput
from ..preprocessors.declare import Boxes, Geometry, Mask, Objects

PERSON = "person"  # what ComfyUI's detectors of many things call one


def as_frames(kind: Any, value: Any) -> Any:
    return {Mask: _masks, Geometry: _geometry, Objects: _objects, Boxes: _boxes}.get(kind, _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value


def _masks(mask: Tensor) -> Tensor:
    """(B, H, W): some nodes hand on a lone mask without its B."""
    return mask.reshape(-1, *mask.shape[-2:])


def _geometry(packet: dict[str, Any]) -> list[dict[str, Tensor]]:
    """ComfyUI's DA3_GEOMETRY or MOGE_GEOMETRY: tensors (B, H, W), the depth in units of length or of its own."""
    if "depth" not in packet:
        raise MissingInput(f"The geometry has {', '.join(packet)}, but no depth. Take one of Depth Anything 3 or MoGe.")
    known = [name for name in ("depth", "sky") if name in packet]
    return [{name: packet[name][index] for name in known} for index in range(len(packet["depth"]))]


def _objects(value: Tensor | dict[str, Any]) -> list[dict[str, Any]]:
    """MASK (N, H, W), the objects of one frame, or ComfyUI's SAM3_TRACK_DATA: those of each, smaller and packed."""
    if isinstance(value, Tensor):
        masks = _masks(value)
        return [{"masks": masks, "size": tuple(masks.shape[-2:])}]
    size, packed = tuple(value["orig_size"]), value["packed_masks"]
    if packed is None:
        return [{"masks": torch.zeros(0, *size), "size": size}] * value["n_frames"]
    from comfy.ldm.sam3.tracker import (
        unpack_masks,
    )  # newer than the oldest ComfyUI, as the nodes that track objects are

    return [{"masks": unpack_masks(frame), "size": size} for frame in packed]


def _boxes(value: dict[str, Any] | list) -> list[list[tuple[float, ...]]]:
    """ComfyUI's BOUNDING_BOX: one box, a list of them for every frame, or a list for each frame."""
    frames = [value] if isinstance(value, dict) else value
    if not frames or isinstance(frames[0], dict):
        frames = [frames]
    return [[_box(box) for box in frame if box.get("label", PERSON) == PERSON] for frame in frames]


def _box(box: dict[str, Any]) -> tuple[float, ...]:
    return tuple(float(box[side]) for side in ("x", "y", "width", "height"))
