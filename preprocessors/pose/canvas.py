"""Poses brought to the size of the output, and drawn there."""

from collections.abc import Callable
from math import floor

import numpy as np
import torch
from torch import Tensor

from ..declare import Keypoints
from ..pixels import planes
from ..running import Working
from .keypoints import Person, Points, Pose, read

Canvas = np.ndarray  # (H, W, 3) uint8, RGB, black at first
Paint = Callable[[Canvas, Person], None]


def sized(image: Tensor | None, poses: Keypoints, resolution: int) -> list[Pose]:
    """The poses at the image's size; without one at their canvas's, its short side brought to `resolution` unless 0."""
    read_poses = [read(frame) for frame in poses]
    if image is not None:
        return [pose.at(*image.shape[-2:]) for pose in read_poses]
    return [pose.at(*Working(resolution).size(pose.height, pose.width)) for pose in read_poses]


def draw(image: Tensor | None, poses: Keypoints, resolution: int, paint: Paint) -> Tensor:
    """(B, 3, H, W), black but for what `paint` adds to a canvas for each person."""
    drawn = []
    for pose in sized(image, poses, resolution):
        canvas = np.zeros((pose.height, pose.width, 3), np.uint8)
        for person in pose.people:
            paint(canvas, person)
        drawn.append(canvas)
    return planes(drawn, device(image))


def device(image: Tensor | None) -> torch.device:
    return torch.device("cpu") if image is None else image.device


def shown(points: Points, threshold: float) -> np.ndarray:
    """(N,) bool: the points that are not missing and reach the threshold."""
    return (points[:, 2] > 0) & (points[:, 2] >= threshold)


def pixel(point: np.ndarray) -> tuple[int, int]:
    return floor(point[0]), floor(point[1])
