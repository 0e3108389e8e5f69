"""How a map is brought to another size, by what it shows: shades, labels or thin lines."""

import cv2
import numpy as np
import torch
from torch import Tensor

from .pixels import eight_bit, planes
from .thinning import thinned

Size = tuple[int, int]  # height, width


def smooth(image: Tensor, size: Size) -> Tensor:
    """(B, C, *size) fp32: the mean over the area when it shrinks, cubic when it grows, within the values there were.

    OpenCV's filters, because what control models were trained on went through them; torch's "area" differs from
    OpenCV's by up to 69 of 255.
    """
    if tuple(image.shape[-2:]) == size:
        return image.float()
    shrinks = size[0] * size[1] < image.shape[-2] * image.shape[-1]
    return _each_plane(image, size, cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def rounded(image: Tensor, size: Size) -> Tensor:
    """(B, 3, *size) fp32, in whole levels of 255: `smooth` in OpenCV's 8-bit arithmetic.

    What networks were asked so answer otherwise by up to 60 levels where a rounding goes the other way.
    """
    shrinks = size[0] * size[1] < image.shape[-2] * image.shape[-1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return planes([cv2.resize(frame, size[::-1], interpolation=method) for frame in eight_bit(image)], image.device)


def labels(image: Tensor, size: Size) -> Tensor:
    """(B, C, *size) fp32 of the nearest pixel's colours: no colour that was not there."""
    if tuple(image.shape[-2:]) == size:
        return image.float()
    return torch.nn.functional.interpolate(image.float(), size, mode="nearest-exact")


def binary(image: Tensor, size: Size) -> Tensor:
    """(B, C, *size) fp32, black or white: what is more than half white."""
    return (smooth(image, size) > 0.5).float()


def two_tone(image: Tensor, size: Size) -> Tensor:
    """(B, C, *size) fp32: a map that has black and white only keeps these two, any other is smooth."""
    return binary(image, size) if ((image == 0) | (image == 1)).all() else smooth(image, size)


def thin(image: Tensor, size: Size) -> Tensor:
    """(B, C, *size) fp32: white lines on black, one pixel wide again and as connected as they were."""
    if tuple(image.shape[-2:]) == size:
        return image.float()
    drawn = np.stack([thinned(_splat(plane, size)) for plane in _flat_planes(image > 0.5)])
    return torch.from_numpy(drawn).to(image.device).float().reshape(*image.shape[:2], *size)


def _splat(lines: np.ndarray, size: Size) -> np.ndarray:
    """(*size) bool: a pixel that any line crosses when it shrinks, a thick line with round corners when it grows."""
    if size[0] * size[1] > lines.size:
        return cv2.resize(lines.astype(np.float32), size[::-1], interpolation=cv2.INTER_CUBIC) > 0.5
    y, x = np.nonzero(lines)
    drawn = np.zeros(size, bool)
    drawn[y * size[0] // lines.shape[0], x * size[1] // lines.shape[1]] = True
    return drawn


def _flat_planes(image: Tensor) -> np.ndarray:
    return image.detach().flatten(0, 1).cpu().numpy()


def _each_plane(image: Tensor, size: Size, filter: int) -> Tensor:
    planes = _flat_planes(image.float())
    resized = np.stack([cv2.resize(plane, size[::-1], interpolation=filter) for plane in planes])
    resized = resized.clip(planes.min((1, 2), keepdims=True), planes.max((1, 2), keepdims=True))
    return torch.from_numpy(resized).to(image.device).reshape(*image.shape[:2], *size)
