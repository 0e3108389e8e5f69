"""Between (B, 3, H, W) in [0, 1] and the arrays that OpenCV takes."""

import numpy as np
import torch
from torch import Tensor


def eight_bit(image: Tensor) -> np.ndarray:
    """(B, H, W, 3) uint8 in RGB order, rounded: cutting off would change 131 of 256 levels of an fp16 image."""
    frames = image.detach().movedim(1, -1).float().clamp(0, 1) * 255
    return np.ascontiguousarray(frames.round_().byte().cpu().numpy())


def planes(frames: list[np.ndarray], device: torch.device, white: float = 255.0) -> Tensor:
    """(B, 3, H, W) fp32 from frames (H, W) or (H, W, 3), of which `white` becomes 1."""
    stacked = torch.from_numpy(np.stack(frames)).to(device).float() / white
    return stacked.movedim(-1, 1) if stacked.ndim == 4 else stacked[:, None].expand(-1, 3, -1, -1)
