"""Asks a network about images in the form in which the published ones were asked: 8 bits, sides of multiples of 64."""

from collections.abc import Callable

import torch
from torch import Tensor

from .network_input import extended

MULTIPLE = 64  # pixels: lllyasviel/ControlNet and those after it extend an image to such sides


def by_frame(image: Tensor, ask: Callable[[Tensor], Tensor]) -> Tensor:
    """(B, C, H, W): what `ask` makes of each frame (1, 3, H', W') fp32, whole numbers in [0, 255].

    A frame is rounded and extended by its edge to the right and below, the answer of that size cut back. They go one
    at a time: several at once are slower on a CPU.
    """
    return torch.cat([_asked(frame, ask) for frame in image.split(1)])


def _asked(frame: Tensor, ask: Callable[[Tensor], Tensor]) -> Tensor:
    height, width = frame.shape[-2:]
    levels = (frame.float().clamp(0, 1) * 255).round()
    return ask(extended(levels, MULTIPLE).contiguous())[..., :height, :width]
