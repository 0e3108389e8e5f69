"""Between (B, 3, H, W) in [0, 1] and the arrays that OpenCV takes.

A conversion must cost little beside a preprocessor of a millisecond, so OpenCV does it in one pass over an image.
"""

import cv2
import numpy as np
import torch
from torch import Tensor


def levels(image: Tensor) -> np.ndarray:
    """(B, H, W, 3) fp32 in [0, 255] in RGB order, not rounded."""
    return np.ascontiguousarray((image.detach().movedim(1, -1).float().clamp(0, 1) * 255).cpu().numpy())


def colours(image: Tensor) -> np.ndarray:
    """(B, H, W, 3) fp32 in [0, 1] in RGB order, not rounded."""
    return np.ascontiguousarray(image.detach().movedim(1, -1).float().cpu().numpy())


def from_colours(frames: list[np.ndarray], device: torch.device) -> Tensor:
    """(B, 3, H, W) fp32 from frames (H, W, 3) fp32 in [0, 1]; a single one is not copied."""
    stacked = frames[0][None] if len(frames) == 1 else np.stack(frames)
    return torch.from_numpy(stacked).to(device).movedim(-1, 1)


def eight_bit(image: Tensor) -> np.ndarray:
    """(B, H, W, 3) uint8 in RGB order, rounded: cutting off would change 131 of 256 levels of an fp16 image."""
    frames = image.detach().movedim(1, -1).float().cpu().numpy()
    rows = frames.reshape(frames.shape[0] * frames.shape[1], -1)
    if rows.min() < 0:  # looking costs a tenth of cutting
        rows = np.maximum(rows, 0)
    return cv2.convertScaleAbs(rows, alpha=255).reshape(frames.shape)


def grey(frame: np.ndarray) -> np.ndarray:
    """(H, W) uint8: the luma of (H, W, 3) uint8 in RGB order."""
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def shades(image: Tensor) -> np.ndarray:
    """(B, H, W) fp32: the mean of the channels, neither rounded nor cut. A map in grey keeps its values."""
    red, green, blue = image.detach().float().unbind(1)
    return ((red + green + blue) / 3).cpu().numpy()


def least(frame: np.ndarray) -> np.ndarray:
    """(H, W): the least of the three channels of (H, W, 3). Many times faster than numpy's over the last axis."""
    red, green, blue = cv2.split(frame)
    return cv2.min(cv2.min(red, green), blue)


def planes(frames: list[np.ndarray], device: torch.device, white: float = 255.0) -> Tensor:
    """(B, 3, H, W) fp32 from frames (H, W) or (H, W, 3), of which `white` becomes 1."""
    drawn = np.empty((len(frames), *frames[0].shape[:2], 3), np.float32)
    for frame, rgb in zip(frames, drawn):
        if frame.ndim == 3:
            np.divide(frame, white, out=rgb, casting="unsafe")
        else:
            cv2.cvtColor(np.divide(frame, np.float32(white), dtype=np.float32), cv2.COLOR_GRAY2RGB, dst=rgb)
    return torch.from_numpy(drawn).to(device).movedim(-1, 1)
