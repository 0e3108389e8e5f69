"""How near things are, spread over [0, 1]. Arrays are (H, W) fp32; NaN is where nothing is known to be."""

from typing import Literal

import numpy as np
from torch import Tensor

from ..pixels import planes

Spread = Literal["inverse", "linear"]

NOTHING = 1e9  # Blender's Z pass writes 1e10 where there is nothing


def nearness(distance: np.ndarray, spread: Spread) -> np.ndarray:
    """More where the distance is less; NaN where it is not a distance."""
    known = np.isfinite(distance) & (distance > 0) & (distance < NOTHING)
    with np.errstate(divide="ignore"):
        nearer = 1 / distance if spread == "inverse" else -distance
    return np.where(known, nearer, np.nan)


def bounds(near: np.ndarray, far_percent: float, near_percent: float) -> tuple[float, float]:
    """What becomes black and what white, so that this much of what is known lies beyond each.

    Exact, by numpy: torch.quantile refuses images above 16 million pixels.
    """
    known = near[np.isfinite(near)]
    if not known.size:
        return 0.0, 0.0
    black, white = np.percentile(known, [far_percent, 100 - near_percent])
    return float(black), float(white)


def stretched(near: np.ndarray, black: float, white: float) -> np.ndarray:
    """In [0, 1], 0 up to `black` and 1 from `white` on; 0 where nothing is known."""
    if not white > black:
        return (near > black).astype(np.float32)
    return np.nan_to_num(((near - np.float32(black)) / np.float32(white - black)).clip(0, 1))


def shown(near: Tensor, far_percent: float = 0.0, near_percent: float = 0.0) -> Tensor:
    """(B, 3, H, W) in [0, 1], near is white, from nearness (B, 1, H, W) in any unit, each frame by its own bounds."""
    frames = near[:, 0].float().cpu().numpy()
    return planes([stretched(one, *bounds(one, far_percent, near_percent)) for one in frames], near.device, white=1.0)
