"""A finished control map at the size of the image to be made, by what the map shows.

The modes and the rules are sd-webui-controlnet's (scripts/controlnet.py, internal_controlnet/external_code.py).
"""

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from ..errors import UnsuitableSize
from .pixels import eight_bit
from .resize import Size, binary, labels, smooth, thin
from .running import LONGEST

Mode = Literal["Just Resize", "Crop and Resize", "Resize and Fill"]
Content = Literal["auto", "shades", "labels", "thin lines", "black and white"]
Resize = Callable[[Tensor, Size], Tensor]

MANY = 200  # colours that no label map has
BLACK, WHITE = 16, 240  # levels below and above which a map of two colours is black and white


def pixel_perfect(size: Size, target: Size, mode: Mode) -> int:
    """The short side at which a preprocessor sees an image of `size` as large as it becomes at `target`."""
    return max(1, round(_scale(size, target, mode) * min(size)))


def fitted(hint: Tensor, target: Size, mode: Mode = "Just Resize", content: Content = "auto") -> Tensor:
    """(1, 3, *target) fp32 from a control map (1, 3, H, W).

    Raises:
        UnsuitableSize: the map would get a side longer than OpenCV works with before it is cropped.
    """
    resized = _resize(hint, content)(hint, _size(tuple(hint.shape[-2:]), target, mode))
    if mode == "Resize and Fill":
        return _filled(resized, target)
    top, left = ((have - want) // 2 for have, want in zip(resized.shape[-2:], target))
    return resized[..., top : top + target[0], left : left + target[1]]


def _scale(size: Size, target: Size, mode: Mode) -> float:
    scales = [want / have for want, have in zip(target, size)]
    return min(scales) if mode == "Resize and Fill" else max(scales)


def _size(size: Size, target: Size, mode: Mode) -> Size:
    if mode == "Just Resize":
        return target
    scale = _scale(size, target, mode)
    height, width = (max(1, round(side * scale)) for side in size)
    if max(height, width) > LONGEST:
        raise UnsuitableSize(
            f"To fill {target[1]} x {target[0]}, a map of {size[1]} x {size[0]} becomes {width} x {height}; a side can "
            f"have {LONGEST} pixels. Choose another mode, or crop the map."
        )
    return height, width


def _resize(hint: Tensor, content: Content) -> Resize:
    chosen = {"shades": smooth, "labels": labels, "thin lines": thin, "black and white": binary}
    return chosen[content] if content != "auto" else _found(hint)


def _found(hint: Tensor) -> Resize:
    if hint.min() < 0:
        return _marked
    frame = eight_bit(hint)[0]
    colours = np.unique(frame.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32))
    if len(colours) == 2 and frame.min() < BLACK and frame.max() > WHITE:
        return thin if _is_thin(frame[..., 0]) else binary
    return labels if 2 <= len(colours) < MANY else smooth


def _is_thin(lines: np.ndarray) -> bool:
    """Whether more than half of what is white is nowhere three pixels wide."""
    wide = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return 2 * np.count_nonzero(lines > wide) > np.count_nonzero(lines > WHITE)


def _marked(hint: Tensor, size: Size) -> Tensor:
    """An inpaint hint, whose mark of -1 must not mix with colours."""
    marks = labels((hint < 0).any(dim=1, keepdim=True), size) > 0.5
    return torch.where(marks, -1.0, smooth(hint.clamp(min=0), size))


def _filled(hint: Tensor, target: Size) -> Tensor:
    """The map in the middle of the colour that its border has mostly."""
    border = torch.cat([hint[..., 0, :], hint[..., -1, :], hint[..., :, 0], hint[..., :, -1]], dim=-1)[0]
    distance = (border - border.median(dim=-1, keepdim=True).values).norm(dim=0)
    canvas = border[:, distance.argmin()][None, :, None, None].repeat(1, 1, *target)
    (height, width), (top, left) = hint.shape[-2:], ((t - s) // 2 for t, s in zip(target, hint.shape[-2:]))
    canvas[..., top : top + height, left : left + width] = hint
    return canvas
