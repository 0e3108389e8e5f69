"""ComfyUI's own Canny: kornia on fp32 luma, with thresholds on its scale. It is not what control models saw."""

from typing import Annotated

import torch
from kornia.filters import canny
from torch import Tensor

from ..declare import Preprocessor, Range
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
    _, edges = canny(padded, low, high)
    return edges[..., :height, :width].expand(-1, 3, -1, -1)


CORE_CANNY = Preprocessor(id="CannyCore", title="Canny of ComfyUI", run=core_canny, family=EDGES, resize=thin)
