"""ComfyUI's own Canny: kornia on fp32 luma, with thresholds on its scale. It is not what control models saw."""

from typing import Annotated

import cv2
import numpy as np
import torch
from kornia.filters import canny
from torch import Tensor

from ..declare import Preprocessor, Range
from ..pixels import planes
from ..resize import thin
from . import EDGES

UNIT = Range(0.01, 0.99, 0.01)
LEAST = 3  # pixels of a side that kornia's 5 x 5 blur can mirror


def core_canny(
    image: Tensor,
    *,
    low: Annotated[float, UNIT, "Edges weaker than this are dropped. Not above the other threshold."] = 0.4,
    high: Annotated[
        float, UNIT, "Edges stronger than this are kept; between the two, only what touches a kept one."
    ] = 0.8,
) -> Tensor:
    """What ComfyUI's node Canny gives, to the bit, to keep the look of workflows made with it."""
    height, width = image.shape[-2:]
    missing = (0, max(0, LEAST - width), 0, max(0, LEAST - height))
    padded = torch.nn.functional.pad(image.float(), missing, mode="replicate") if any(missing) else image.float()
    _, strengths = canny(padded, low, high, hysteresis=False)
    return planes([_kept(frame) for frame in strengths[:, 0, :height, :width].cpu().numpy()], image.device, white=1.0)


def _kept(strengths: np.ndarray) -> np.ndarray:
    """(H, W) bool: what hangs together with a strong edge, from 0.5 for a weak and 1 for a strong one.

    Kornia grows the strong ones by a pixel a round instead, over the whole image: minutes at 4096 x 4096.
    """
    _, pieces = cv2.connectedComponents((strengths > 0).astype(np.uint8), connectivity=8)
    return np.isin(pieces, np.unique(pieces[strengths == 1]))


CORE_CANNY = Preprocessor(id="CannyCore", title="Canny of ComfyUI", run=core_canny, family=EDGES, resize=thin)
