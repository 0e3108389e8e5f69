"""Normals from depth, as a camera sees them.

On a plane the inverse depth w is linear in the pixels, so its gradient gives the plane: with (x, y) from the centre
in units of the focal length, the normal is along (-dw/dx, -dw/dy, w - x dw/dx - y dw/dy) in ComfyUI's and OpenCV's
axes turned to the viewer. No point is set in space, and nothing divides by a distance.
"""

import math
from typing import Annotated, Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from ..declare import Preprocessor, Range
from ..depth.nearness import nearness
from ..pixels import shades
from . import NORMALS
from .conventions import Convention, encoded

Depth = Literal["near is white", "distance"]


def normals_of_depth(
    image: Tensor,
    *,
    depth: Annotated[Depth, "What the image holds: a depth map, or distances in any unit."] = "near is white",
    depth_range: Annotated[
        float, Range(1.01, 1000, 0.01), "How many times farther black is than white, of a depth map."
    ] = 10.0,
    field_of_view: Annotated[
        float, Range(1, 170, 0.1), "The camera's, from the left of the image to its right, in degrees."
    ] = 60.0,
    smoothing: Annotated[
        float, Range(0, 30, 0.1), "Pixels over which the depth is smoothed; 2 or more if it had 8 bits: its steps show."
    ] = 0.0,
    convention: Annotated[
        Convention, "BAE for ControlNet 1.1 normalbae and most others, MiDaS 1.0 for ControlNet 1.0."
    ] = "BAE",
) -> Tensor:
    """Normals from depth, true to the camera: exact on planes at any angle, the same at any size of the image.

    Where there is no distance, the map faces the viewer.
    """
    focal = image.shape[-1] / 2 / math.tan(math.radians(field_of_view) / 2)
    vectors = [_facing(_inverse(shown, depth, depth_range), focal, smoothing) for shown in shades(image)]
    return encoded(torch.from_numpy(np.stack(vectors)).to(image.device), convention)


def _inverse(shown: np.ndarray, depth: Depth, depth_range: float) -> np.ndarray:
    """(H, W) fp32: one over the distance, 0 where there is nothing."""
    if depth == "distance":
        return np.nan_to_num(nearness(shown, "inverse"))
    return shown.clip(0, 1) * np.float32(1 - 1 / depth_range) + np.float32(1 / depth_range)


def _facing(inverse: np.ndarray, focal: float, smoothing: float) -> np.ndarray:
    """(3, H, W) unit vectors (right, up, to the viewer)."""
    height, width = inverse.shape
    margin = math.ceil(4 * smoothing) + 2  # as far as OpenCV blurs, and Sobel
    continued = np.pad(inverse, margin, mode="reflect", reflect_type="odd")  # a plane goes on as a plane
    if smoothing:
        continued = cv2.GaussianBlur(continued, (0, 0), smoothing)
    per_focal = focal / 8  # Sobel's sum of weights
    right, down = (cv2.Sobel(continued, cv2.CV_32F, *axis, ksize=3, scale=per_focal) for axis in ((1, 0), (0, 1)))
    inner = np.s_[margin : margin + height, margin : margin + width]
    w, right, down = continued[inner], right[inner], down[inner]
    x = (np.arange(width, dtype=np.float32) - (width - 1) / 2) / np.float32(focal)
    y = (np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2) / np.float32(focal)
    normal = np.stack([-right, down, w - x * right - y * down])
    length = np.linalg.norm(normal, axis=0)
    return np.where(length > 0, normal / np.where(length > 0, length, 1), np.float32([0, 0, 1])[:, None, None])


NORMALS_FROM_DEPTH = Preprocessor(
    id="NormalsFromDepth",
    title="Normals from Depth",
    run=normals_of_depth,
    family=NORMALS,
    aliases=("depth to normals", "normal map"),
)
