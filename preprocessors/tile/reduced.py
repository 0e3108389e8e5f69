"""Steps of TTPlanet's tiles: TTPLanet_SDXL_Controlnet_Tile_Realistic, TTP_tile_preprocessor_v5.py."""

import cv2
import numpy as np


def blurred(frame: np.ndarray, strength: float) -> np.ndarray:
    """(H, W, 3) fp32; the window has the next odd number of pixels, and sigma is half the strength."""
    window = int(strength) | 1
    return cv2.GaussianBlur(frame, (window, window), sigmaX=strength / 2)


def reduced(frame: np.ndarray, scale: float, growing: int) -> np.ndarray:
    """(H, W, 3) fp32 in [0, 1]: shrunk by area, grown by the OpenCV filter `growing`."""
    height, width = frame.shape[:2]
    small = cv2.resize(frame, _divided(width, height, scale), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=growing).clip(0, 1)


def subsampled(frame: np.ndarray, scale: float) -> np.ndarray:
    """(h, w, 3): every `scale`-th pixel."""
    height, width = frame.shape[:2]
    return cv2.resize(frame, _divided(width, height, scale), interpolation=cv2.INTER_NEAREST)


def _divided(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(1, int(width / scale)), max(1, int(height / scale))
