"""Normals as ControlNet 1.0 was trained on: from the slopes of MiDaS's inverse depth.

lllyasviel/ControlNet, annotator/midas/__init__.py: Sobel on the network's own numbers, not on a picture of them.
"""

import math
from typing import Annotated

import cv2
import numpy as np
import torch
from torch import Tensor

from ..declare import Advanced, Preprocessor, Range
from ..pixels import shades
from . import NORMALS
from .conventions import Convention, arranged


def normals_of_midas(
    image: Tensor,
    *,
    background: Annotated[
        float, Range(0, 1, 0.01), "What is darker in the depth faces the viewer; ControlNet's demo took 0.4."
    ] = 0.1,
    contrast: Annotated[
        float,
        Range(0.1, 10000, 0.1),
        "How far white is from black in the numbers of MiDaS, hundreds to thousands; less is flatter.",
    ] = 1000.0,
    a: Annotated[
        float, Range(0.01, 15.71, 0.01), Advanced(), "How far every normal leans to the viewer: 2 pi in training."
    ] = round(2 * math.pi, 2),
    convention: Annotated[Convention, "MiDaS 1.0 is what control_sd15_normal was trained on."] = "MiDaS 1.0",
) -> Tensor:
    """Normals from a depth map (near is white) by the formula of ControlNet 1.0, for control_sd15_normal.

    A depth map has lost the numbers of MiDaS, and slopes are a pixel's: set contrast, and resolution to 512, which
    it was trained at.
    """
    slopes = np.stack([leaning(depth, background, contrast, a) for depth in shades(image)])
    colours = torch.from_numpy(slopes).to(image.device) * 0.5 + 0.5
    return arranged(colours, "MiDaS 1.0", convention)


def leaning(depth: np.ndarray, background: float, contrast: float, a: float) -> np.ndarray:
    """(3, H, W) unit vectors, the one to the viewer first: the formula's BGR."""
    span = np.ptp(depth)
    far = depth - depth.min() < background * span
    x, y = (cv2.Sobel(depth * np.float32(contrast), cv2.CV_32F, *axis, ksize=3) for axis in ((1, 0), (0, 1)))
    x[far], y[far] = 0, 0
    length = np.sqrt(x * x + y * y + np.float32(a * a))
    return np.stack([np.float32(a) / length, y / length, x / length])


NORMALS_MIDAS = Preprocessor(
    id="NormalsMidas",
    title="Normals of MiDaS 1.0",
    run=normals_of_midas,
    family=NORMALS,
    aliases=("normal_midas", "control_sd15_normal"),
)
