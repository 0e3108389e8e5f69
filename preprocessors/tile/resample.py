"""Tile by resampling: sd-webui-controlnet, scripts/processor.py (tile_resample)."""

from typing import Annotated

from torch import Tensor

from ..declare import Preprocessor, Range
from ..resize import smooth
from . import TILE


def resample(
    image: Tensor,
    *,
    rate: Annotated[float, Range(1, 8, 0.01), "How many times smaller the image is made; 1 leaves it as it is."] = 1.0,
) -> Tensor:
    """The image shrunk by area and grown again. For tile control models; at 1, the image itself."""
    height, width = image.shape[-2:]
    small = smooth(image, (max(1, int(height / rate)), max(1, int(width / rate))))
    return smooth(small, (height, width))


TILE_RESAMPLE = Preprocessor(id="TileResample", title="Tile Resample", run=resample, family=TILE)
