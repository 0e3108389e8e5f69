"""What to hand a preprocessor whose function is not known: one item a frame of each kind that it may ask."""

import torch
from comfy.ldm.sam3.tracker import pack_masks
from comfy.model_patcher import ModelPatcher

from armature.preprocessors.declare import (
    SOCKETS,
    Boxes,
    FlowModel,
    Geometry,
    Image,
    Keypoints,
    Mask,
    Network,
    Objects,
    Preprocessor,
)

from .annotators import published


def photo(batch: int, height: int, width: int, channels: int = 3, seed: int = 0) -> torch.Tensor:
    """IMAGE (B, H, W, C) in [0, 1]: shades, shapes and noise."""
    generator = torch.Generator().manual_seed(seed)
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    phases = torch.rand(batch, 1, 1, channels, generator=generator) * 6
    waves = (torch.sin(9 * x + 5 * y)[None, ..., None] + torch.sin(7 * y - 3 * x)[None, ..., None] * phases.cos()) / 4
    noise = torch.rand(batch, height, width, channels, generator=generator)
    return (0.5 + waves + 0.5 * ((x - y).abs() < 0.2)[None, ..., None] - 0.1 * noise).clamp(0, 1)


def person(height: int, width: int) -> dict:
    """A frame of POSE_KEYPOINT with one person, all of whose points are on a diagonal, as ComfyUI writes it."""

    def points(count: int) -> list[float]:
        return [number for i in range(count) for number in (width * i / count, height * i / count, 1.0)]

    counts = {"pose": 18, "foot": 6, "face": 70, "hand_left": 21, "hand_right": 21}
    people = [{f"{part}_keypoints_2d": points(count) for part, count in counts.items()}]
    return {"canvas_width": width, "canvas_height": height, "people": people}


def tracked(batch: int, height: int, width: int) -> dict:
    """SAM3_TRACK_DATA of two objects, as ComfyUI packs it: at a size of its own, eight pixels a byte."""
    masks = torch.rand(batch, 2, 16, 24, generator=torch.Generator().manual_seed(4)) > 0.5
    return {"packed_masks": pack_masks(masks), "orig_size": (height, width), "n_frames": batch}


class Drift(torch.nn.Module):
    """A flow network that finds all shifted to the right by the difference of the frames' brightness."""

    def forward(self, first, second, num_flow_updates):
        shift = (second - first).mean() * num_flow_updates
        flow = torch.stack((shift.expand(first.shape[-2:]), torch.zeros(first.shape[-2:])))
        return [flow[None]] * num_flow_updates


def boxes(batch: int, height: int, width: int) -> list[list[dict]]:
    """BOUNDING_BOX of no people in the first frame and two in the others, as ComfyUI's detectors give it."""
    one = {"x": width / 4, "y": 0.0, "width": width / 2, "height": float(height), "label": "person", "score": 0.9}
    return [[one, one | {"x": -2.0, "label": "person"}][: 2 * (index > 0)] for index in range(batch)]


def flow_model() -> ModelPatcher:
    """As ComfyUI's loader gives it."""
    return ModelPatcher(Drift(), torch.device("cpu"), torch.device("cpu"))


def values(preprocessor: Preprocessor, batch: int, height: int, width: int, optional: bool = False) -> dict:
    """A value, as a socket carries it, for each of its options that needs one; for the others too if `optional`."""
    makers = {
        Image: lambda: photo(batch, height, width, seed=1),
        Mask: lambda: (photo(batch, height, width, 1, seed=2)[..., 0] > 0.5).float(),
        Keypoints: lambda: [person(height, width)] * batch,
        Objects: lambda: tracked(batch, height, width),
        Geometry: lambda: {"depth": 0.5 + photo(batch, height, width, 1, seed=3)[..., 0]},
        FlowModel: flow_model,
        Boxes: lambda: boxes(batch, height, width),
    }
    asked = [o for o in preprocessor.options if o.type in (*SOCKETS, Network) and (optional or o.required)]
    small = {o.name: o.limits.low for o in preprocessor.options if o.name == "input_size"}  # of a network, for speed
    return small | {o.name: published(o.pretrained) if o.type is Network else makers[o.type]() for o in asked}
