"""Fits a batch of control maps to a size, with progress, interruptible."""

import torch
from comfy.model_management import throw_exception_if_processing_interrupted
from comfy.utils import ProgressBar
from torch import Tensor

from ..preprocessors.fitting import Content, Mode, fitted
from .images import to_image, to_planes


def fit_hint(image: Tensor, width: int, height: int, mode: Mode, content: Content) -> Tensor:
    """IMAGE (B, height, width, 3)."""
    progress, frames = ProgressBar(len(image)), []
    for frame in image.split(1):
        frames.append(to_image(fitted(to_planes(frame), (height, width), mode, content)))
        progress.update(1)
        throw_exception_if_processing_interrupted()
    return torch.cat(frames)
