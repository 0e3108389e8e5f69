"""Sixteen real photographs that come with scikit-image and scikit-learn; none is copied into this repository."""

import cv2
import numpy as np
import skimage.data
import sklearn.datasets
import torch
from torch import Tensor

LICENCES = {
    "astronaut": "public domain (NASA)",
    "brick": "CC0",
    "camera": "CC0",
    "chelsea": "CC0",
    "clock": "public domain",
    "coffee": "CC0",
    "coins": "no known restriction (Brooklyn Museum)",
    "grass": "CC0",
    "gravel": "CC0",
    "hubble_deep_field": "public domain (NASA)",
    "immunohistochemistry": "no known restriction",
    "moon": "public domain (NASA)",
    "retina": "CC0",
    "rocket": "CC0 (SpaceX)",
    "china.jpg": "CC BY 2.0 (scikit-learn, images/README.txt)",
    "flower.jpg": "CC BY 2.0 (scikit-learn, images/README.txt)",
}


def photographs(side: int) -> list[Tensor]:
    """IMAGE (1, side, side, 3) in [0, 1] each: the middle square."""
    return [_square(_load(name), side) for name in LICENCES]


def _load(name: str) -> np.ndarray:
    """(H, W, 3) uint8."""
    frame = sklearn.datasets.load_sample_image(name) if name.endswith(".jpg") else getattr(skimage.data, name)()
    return np.stack((frame,) * 3, axis=-1) if frame.ndim == 2 else frame[..., :3]


def _square(frame: np.ndarray, side: int) -> Tensor:
    short = min(frame.shape[:2])
    top, left = ((length - short) // 2 for length in frame.shape[:2])
    middle = frame[top : top + short, left : left + short]
    resized = cv2.resize(middle, (side, side), interpolation=cv2.INTER_AREA if side < short else cv2.INTER_CUBIC)
    return torch.from_numpy(resized)[None].float() / 255
