"""Photographs of scikit-image, (1, 3, H, W) in [0, 1]."""

import torch
from skimage import data


def astronaut() -> torch.Tensor:
    return torch.from_numpy(data.astronaut()).movedim(-1, 0)[None] / 255


def coffee() -> torch.Tensor:
    return torch.from_numpy(data.coffee()).movedim(-1, 0)[None] / 255


def frame(image: torch.Tensor):
    """(H, W, 3) uint8 of the first image."""
    return (image[0].movedim(0, -1) * 255).round().byte().contiguous().numpy()
