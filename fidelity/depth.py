"""Agreement of two depth maps, as they are and up to the scale and shift that relative depth leaves open.

The alignment by least squares is that of Ranftl et al. 2020 (MiDaS), arXiv:1907.01341.
"""

from typing import Annotated

import numpy as np
from torch import Tensor

from ..preprocessors.declare import Image
from ..preprocessors.pixels import shades
from ..preprocessors.resize import smooth
from .declare import Measure
from .pictures import heat

WORST = 0.5  # the error that a picture shows in its brightest colour


def depth(
    image: Tensor,
    *,
    hint: Annotated[Image, "The depth map that the image was to obey; near is white."],
    found: Annotated[Image, "The depth map of the image, made by the method that made the hint."],
) -> tuple[Tensor, list[dict[str, float]]]:
    """Compares depth maps. The picture shows where they differ after the best scale and shift."""
    size = tuple(image.shape[-2:])
    wanted, given = (shades(smooth(one, size))[0].astype(np.float64) for one in (hint, found))
    aligned = _aligned(given, wanted)
    numbers = {
        "rank correlation": rank_correlation(wanted, given),
        "MSE": float(((given - wanted) ** 2).mean()),
        "aligned MSE": float(((aligned - wanted) ** 2).mean()),
    }
    return heat(np.abs(aligned - wanted), WORST, image.device), [numbers]


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's: 1 where both order the pixels alike, -1 where they reverse each other; 0 where one is flat."""
    ranks = [_ranks(one) for one in (first, second)]
    spread = [one - one.mean() for one in ranks]
    norm = float(np.linalg.norm(spread[0]) * np.linalg.norm(spread[1]))
    if not norm:
        return float(np.ptp(first) == np.ptp(second))
    return float((spread[0] * spread[1]).sum()) / norm


def _ranks(values: np.ndarray) -> np.ndarray:
    """(N,): each value's place in order; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[inverse.ravel()]


def _aligned(given: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """`given` under the scale and shift that bring it nearest to `wanted`."""
    offset = given - given.mean()
    variance = (offset**2).sum()
    scale = (offset * wanted).sum() / variance if variance else 0.0
    return scale * offset + wanted.mean()


DEPTH = Measure(
    id="Depth",
    title="Depth",
    run=depth,
    numbers={
        "rank correlation": "Spearman's: 1 where near and far are in the same order, -1 where they are reversed.",
        "MSE": "Mean squared error of the maps as they are.",
        "aligned MSE": "Mean squared error after the best scale and shift.",
    },
)
