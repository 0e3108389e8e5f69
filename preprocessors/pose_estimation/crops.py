"""One person's part of an image, brought to the size that a network looks at, and points brought back."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from ..pose.keypoints import Person
from .people import anyone
from .result import Box, Frame

PADDING = 1.25  # of a person's box, mmpose's GetBBoxCenterScale
MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # ImageNet's, of RGB in 0 to 255


@dataclass(frozen=True)
class Crop:
    """A region around a box, of the shape of a network's input: its centre, width and height in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> np.ndarray:
        return np.array([self.x, self.y])

    @property
    def extent(self) -> np.ndarray:
        return np.array([self.width, self.height])


def around(box: Box, width: int, height: int) -> Crop:
    """The crop of a box for a network that looks at `width` x `height` pixels."""
    x, y, wide, high = box
    aspect = width / height
    wide, high = PADDING * np.array([max(wide, high * aspect), max(high, wide / aspect)])
    return Crop(x + box[2] / 2, y + box[3] / 2, wide, high)


def whole(frame: Frame) -> Box:
    return 0.0, 0.0, float(frame.shape[1]), float(frame.shape[0])


def in_boxes(
    frame: Frame, boxes: list[Box] | None, size: tuple[int, int], find: Callable[[Crop], Person], threshold: float
) -> tuple[Person, ...]:
    """Whom `find` sees in each box, or in the whole frame without boxes, unless no point reaches the threshold.

    `size` is the height and width that the network looks at.
    """
    height, width = size
    crops = (around(box, width, height) for box in ([whole(frame)] if boxes is None else boxes))
    return anyone(map(find, crops), threshold)


def cut(frame: Frame, places: np.ndarray, targets: np.ndarray, width: int, height: int) -> Frame:
    """The frame brought to `width` x `height` so that three places come to three targets, black around it."""
    matrix = cv2.getAffineTransform(np.float32(places), np.float32(targets))
    return cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR)


def as_input(crop: Frame, device: torch.device) -> Tensor:
    """(1, 3, H, W) fp32, by ImageNet's mean and deviation."""
    pixels = torch.from_numpy(crop).to(device).movedim(-1, 0)[None].float()
    mean, deviation = (pixels.new_tensor(values)[:, None, None] for values in (MEAN, DEVIATION))
    return (pixels - mean) / deviation
