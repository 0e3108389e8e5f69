"""Flow without a network: Kroeger et al. 2016, "Fast Optical Flow using Dense Inverse Search", arXiv:1603.03590."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from ..declare import Preprocessor
from ..pixels import eight_bit, grey
from . import FLOW
from .pairs import Direction, Fastest, maps

PRESETS = {
    "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
    "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
    "ultrafast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
}
LEAST = 32  # pixels of a side that its patches and its pyramid need


def dis_maps(
    image: Tensor,
    *,
    direction: Direction = "to the next frame",
    fastest: Fastest = 0.0,
    preset: Annotated[Literal["medium", "fast", "ultrafast"], "How thoroughly it searches."] = "medium",
) -> Iterator[Tensor]:
    """Motion found by OpenCV on the processor, without a model."""
    yield from maps(image, partial(dis_flow, preset=preset), direction, fastest)


def dis_flow(first: Tensor, second: Tensor, preset: str = "medium") -> Tensor:
    """(2, H, W) fp32: the motion from frame `first` to frame `second`, (1, 3, H, W) each, x before y, in pixels."""
    height, width = first.shape[-2:]
    missing = 0, max(0, LEAST - height), 0, max(0, LEAST - width)
    shades = [cv2.copyMakeBorder(grey(eight_bit(one)[0]), *missing, cv2.BORDER_REPLICATE) for one in (first, second)]
    flow = cv2.DISOpticalFlow.create(PRESETS[preset]).calc(*shades, None)[:height, :width]
    return torch.from_numpy(np.ascontiguousarray(flow)).to(first.device).movedim(-1, 0)


OPTICAL_FLOW_DIS = Preprocessor(id="OpticalFlowDIS", title="Optical Flow DIS", run=dis_maps, family=FLOW, together=True)
