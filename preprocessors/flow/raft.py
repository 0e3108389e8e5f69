"""Flow by a network: Teed and Deng 2020, "RAFT", arXiv:2003.12039, as torchvision builds and ComfyUI loads it."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..declare import FlowModel, Preprocessor, Range
from . import FLOW
from .pairs import Direction, Fastest, maps

STRIDE, LEAST = 8, 128  # pixels: sides are multiples of one, and at least the other, for its pyramid of four


def raft_maps(
    image: Tensor,
    *,
    flow_model: Annotated[FlowModel, "From ComfyUI's Load Optical Flow Model, with torchvision's raft_large."],
    direction: Direction = "to the next frame",
    fastest: Fastest = 0.0,
    updates: Annotated[int, Range(1, 32, 1), "How often the flow is refined; 12 as published."] = 12,
) -> Iterator[Tensor]:
    """Motion found by RAFT: better than DIS at large motions, thin things and blur, and slower."""
    flow = partial(raft_flow, flow_model=flow_model, updates=updates)
    yield from maps(image, flow, direction, fastest)


def raft_flow(first: Tensor, second: Tensor, flow_model: FlowModel, updates: int = 12) -> Tensor:
    """(2, H, W) fp32: the motion from frame `first` to frame `second`, (1, 3, H, W) each, x before y, in pixels."""
    size = tuple(first.shape[-2:])
    work = tuple(max(LEAST, round(side / STRIDE) * STRIDE) for side in size)
    frames = [interpolate(one.float(), work, mode="bilinear", align_corners=False) * 2 - 1 for one in (first, second)]
    with torch.no_grad():
        flow = flow_model(*frames, num_flow_updates=updates)[-1]
    scale = flow.new_tensor([size[1] / work[1], size[0] / work[0]])[:, None, None]
    return interpolate(flow, size, mode="bilinear", align_corners=False)[0].float() * scale


OPTICAL_FLOW_RAFT = Preprocessor(
    id="OpticalFlowRAFT", title="Optical Flow RAFT", run=raft_maps, family=FLOW, together=True
)
