"""Inpaint hint: an image with what is to be painted marked.

lllyasviel/ControlNet-v1-1-nightly, gradio_inpaint.py (-1); xinsir's ControlNet++ ProMax (black).
"""

from typing import Annotated

import torch
from torch import Tensor

from .declare import Mask, Preprocessor, Range, Replaced
from .resize import labels


def inpaint_hint(
    image: Tensor,
    *,
    mask: Annotated[Mask, "White where the image is to be painted."],
    black: Annotated[
        bool, "Marks with black, as xinsir's ControlNet++ ProMax wants, not with -1, as control_v11p_sd15_inpaint does."
    ] = False,
    threshold: Annotated[float, Range(0, 0.99, 0.01), "What is whiter in the mask than this is painted."] = 0.5,
) -> Tensor:
    """The image, marked where the mask is white, for inpaint control models. Images show -1 as black."""
    return torch.where(mask > threshold, 0.0 if black else -1.0, image.float())


INPAINT_HINT = Preprocessor(
    id="InpaintHint",
    title="Inpaint Hint",
    run=inpaint_hint,
    resize=labels,  # a mixture of -1 and a colour would be no mark
    lowest=-1.0,
    replaces=(
        Replaced(
            id="InpaintPreprocessor",
            difference="none",
            widgets={"black_pixel_for_xinsir_cn": "black"},
            sockets={"image": "image", "mask": "mask"},
            fixed={"threshold": 0.5},
        ),
    ),
)
