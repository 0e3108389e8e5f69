"""Agreement of two segment maps: pixel accuracy and the mean intersection over union (Long et al. 2015,
arXiv:1411.4038)."""

from typing import Annotated, Literal

import numpy as np
from torch import Tensor

from ..errors import InvalidValue
from ..preprocessors.declare import Image, Range
from ..preprocessors.pixels import eight_bit, planes
from ..preprocessors.resize import labels
from ..preprocessors.segments.classes import colours
from .declare import Measure
from .pictures import SURPLUS

Classes = Literal["ADE20K", "COCO", "the hint's colours"]

NONE = -1
LEAST_SHARE = 0.001  # of the hint's pixels, for a colour to count as one of its classes


def segments(
    image: Tensor,
    *,
    hint: Annotated[Image, "The segment map that the image was to obey."],
    found: Annotated[Image, "The segment map of the image, in the same colours."],
    classes: Annotated[Classes, "Whose colours the maps have; the hint's own, but black, for any other."] = "ADE20K",
    tolerance: Annotated[
        int, Range(0, 128, 1), "How far from a class's colour, in levels of 255, a pixel still belongs to it."
    ] = 32,
) -> tuple[Tensor, list[dict[str, float]]]:
    """Compares segment maps where the hint shows a class. The picture is the hint, darker, with errors in orange.

    Raises:
        InvalidValue: the hint shows none of the classes.
    """
    maps = [eight_bit(labels(one, tuple(image.shape[-2:])))[0] for one in (hint, found)]
    table = _own_colours(maps[0]) if classes == "the hint's colours" else colours(classes)
    wanted, given = (nearest_classes(one, table, tolerance) for one in maps)
    known = wanted != NONE
    if not known.any():
        raise InvalidValue(f"The hint shows none of the classes ({classes}). Choose others, or a larger tolerance.")
    shown = np.where(
        (known & (wanted != given))[..., None], np.uint8(SURPLUS), np.where(known[..., None], maps[0] // 2, 0)
    )
    return planes([shown], image.device), [_numbers(wanted[known], given[known])]


def nearest_classes(frame: np.ndarray, table: np.ndarray, tolerance: float) -> np.ndarray:
    """(H, W) int from (H, W, 3) uint8: the class whose colour in `table` (N, 3) is nearest, NONE beyond `tolerance`."""
    if not len(table):
        return np.full(frame.shape[:2], NONE)
    packed, inverse = np.unique(frame.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32), return_inverse=True)
    shown = np.stack([packed & 255, packed >> 8 & 255, packed >> 16], -1).astype(np.float32)
    known = table.astype(np.float32)
    distances = (shown**2).sum(1)[:, None] - 2 * shown @ known.T + (known**2).sum(1)
    best = distances.argmin(1)
    best[distances.min(1) > tolerance**2 + 0.5] = NONE
    return best[inverse].reshape(frame.shape[:2])


def _own_colours(frame: np.ndarray) -> np.ndarray:
    distinct, counts = np.unique(frame.reshape(-1, 3), axis=0, return_counts=True)
    return distinct[(counts >= LEAST_SHARE * counts.sum()) & distinct.any(axis=1)].reshape(-1, 3)


def _numbers(wanted: np.ndarray, given: np.ndarray) -> dict[str, float]:
    shares = []
    for index in np.union1d(wanted, given[given != NONE]):
        of_wanted, of_given = wanted == index, given == index
        shares.append((of_wanted & of_given).sum() / (of_wanted | of_given).sum())
    return {"mIoU": float(np.mean(shares)), "pixel accuracy": float((wanted == given).mean())}


SEGMENTS = Measure(
    id="Segments",
    title="Segments",
    run=segments,
    numbers={
        "mIoU": "The mean over the classes of intersection over union.",
        "pixel accuracy": "The share of pixels that show the hint's class.",
    },
)
