"""An image as a pretrained network takes it: at the size that it was trained at, in the units of its first layer."""

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from .resize import Size

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LONGEST = 4  # times as long as it is short may an image be before a network sees it smaller


def seen_size(image: Tensor, short: int, multiple: int) -> Size:
    """The image's size with its short side at `short`, each side at the nearest multiple.

    An image more than four times as long as it is short has its long side at four times `short` instead.
    """
    height, width = image.shape[-2:]
    scale = min(short / min(height, width), LONGEST * short / max(height, width))
    rounded = (max(1, round(side * scale / multiple)) * multiple for side in (height, width))
    return tuple(rounded)


def cubic(image: Tensor, size: Size) -> Tensor:
    """(B, C, *size) fp32: OpenCV's cubic, which may leave the range of the values and has no filter when it shrinks."""
    planes = image.detach().float().flatten(0, 1).cpu().numpy()
    resized = np.stack([cv2.resize(plane, size[::-1], interpolation=cv2.INTER_CUBIC) for plane in planes])
    return torch.from_numpy(resized).to(image.device).reshape(*image.shape[:2], *size)


def normalized(image: Tensor, mean: tuple[float, ...] = IMAGENET_MEAN, std: tuple[float, ...] = IMAGENET_STD) -> Tensor:
    """(B, 3, H, W) fp32 with the mean and the standard deviation of each colour taken out."""
    shift, scale = (image.new_tensor(values, dtype=torch.float32).reshape(1, 3, 1, 1) for values in (mean, std))
    return (image.float() - shift) / scale


def extended(image: Tensor, multiple: int) -> Tensor:
    """(B, 3, H, W) with both sides at multiples, its last row and column repeated."""
    return pad(image, (0, -image.shape[-1] % multiple, 0, -image.shape[-2] % multiple), mode="replicate")


def linear(image: Tensor, size: Size) -> Tensor:
    """(B, C, *size) fp32: linear between pixels, over all of them when it shrinks, as Pillow and torchvision do."""
    return interpolate(image.float(), size, mode="bilinear", antialias=True)
