"""Colours of motion: Baker et al. 2011, "A Database and Evaluation Methodology for Optical Flow"."""

import math

import torch
from torch import Tensor

# Between one corner of the wheel and the next: so many steps, as people tell hues apart. Red, yellow, green, ...
CORNERS = [(1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1)]
STEPS = [15, 6, 4, 11, 13, 6]


def coloured(flow: Tensor, fastest: float) -> Tensor:
    """(1, 3, H, W) in [0, 1] from flow (2, H, W), x before y, in pixels.

    A motion of `fastest` pixels and more has full colour; 0 stands for the fastest motion there is.
    """
    speed = flow.norm(dim=0)
    speed = speed / max(fastest or float(speed.max()), torch.finfo(speed.dtype).eps)
    wheel = _wheel().to(flow)
    place = (torch.atan2(-flow[1], -flow[0]) / math.pi + 1) / 2 * (len(wheel) - 1)
    below = place.floor()
    above, part = (below + 1).long() % len(wheel), (place - below)[..., None]
    hue = torch.lerp(wheel[below.long()], wheel[above], part)
    return (1 - speed.clamp(max=1)[..., None] * (1 - hue)).movedim(-1, 0)[None]


def _wheel() -> Tensor:
    """(55, 3)."""
    corners = torch.tensor(CORNERS, dtype=torch.float32)
    following = corners.roll(-1, dims=0)
    arcs = [
        torch.lerp(corner, after, torch.arange(steps)[:, None] / steps)
        for corner, after, steps in zip(corners, following, STEPS)
    ]
    return torch.cat(arcs)
