"""Pictures of hits and misses: white is right, blue is missed, orange is too much."""

import cv2
import numpy as np
import torch
from torch import Tensor

from ..preprocessors.pixels import planes

HIT, MISSED, SURPLUS = (255, 255, 255), (40, 130, 255), (255, 120, 0)  # told apart by colour-blind people too
BACKDROP = 0.35  # how bright an image is under a drawing


def marks(hit: np.ndarray, missed: np.ndarray, surplus: np.ndarray, device: torch.device) -> Tensor:
    """(1, 3, H, W) from masks (H, W) bool, the last on top."""
    canvas = np.zeros((*hit.shape, 3), np.uint8)
    for mask, colour in ((hit, HIT), (surplus, SURPLUS), (missed, MISSED)):
        canvas[mask] = colour
    return planes([canvas], device)


def heat(error: np.ndarray, worst: float, device: torch.device) -> Tensor:
    """(1, 3, H, W) from (H, W): black where there is no error, through violet and orange to yellow from `worst` on."""
    levels = (error / worst * 255).clip(0, 255).astype(np.uint8)
    return planes([cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)], device)
