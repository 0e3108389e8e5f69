"""Agreement of straight lines: the structural average precision of Zhou et al. 2019 (L-CNN), arXiv:1905.03246.

Their networks give each line a score, which ranks it; a drawn map has none, so that the longer lines come first here.
"""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..preprocessors.declare import Image, Range
from ..preprocessors.pixels import eight_bit, grey
from ..preprocessors.resize import thin
from ..preprocessors.straight_lines.lsd import segments
from .declare import Measure
from .pictures import marks

Segments = np.ndarray  # (N, 4): x and y of both ends

SIDE = 128  # pixels of the square in which ends are compared, as there
THRESHOLDS = (10, 5, 15)  # squared pixels, over both ends


def lines(
    image: Tensor,
    *,
    hint: Annotated[Image, "The map of straight lines that the image was to obey, white on black."],
    found: Annotated[Image | None, "The straight lines of the image, if not those that LSD finds."] = None,
    length: Annotated[float, Range(0, 100, 0.5), "Shorter lines do not count, in percent of the short side."] = 5.0,
) -> tuple[Tensor, list[dict[str, float]]]:
    """Compares straight lines by their ends. In the picture white is hit, blue missed, orange surplus.

    The line segment detector reads both maps; each drawn line is two for it, one a side, in either map. Ends are hard
    to find twice: photographs with a little noise keep an sAP10 of 0.2 to 0.4 against their own lines, mirrored ones
    0. Compare scores with each other.
    """
    size = tuple(image.shape[-2:])
    found = segments(image, length=length) if found is None else found
    wanted, given = (_read(thin(one, size), length) for one in (hint, found))
    numbers = {
        f"sAP{most}": average_precision(_square(wanted, size), _square(given, size), most) for most in THRESHOLDS
    }
    hit, met = matches(_square(wanted, size), _square(given, size), max(THRESHOLDS))
    drawn = [_drawn(wanted[met], size), _drawn(wanted[~met], size), _drawn(given[~hit], size)]
    return marks(*drawn, image.device), [numbers]


def average_precision(wanted: Segments, given: Segments, most: float) -> float:
    """The area under precision over recall, `given` taken longest first."""
    if not len(wanted) or not len(given):
        return float(len(wanted) == len(given))
    hit, _ = matches(wanted, given, most)
    hits = hit.cumsum()
    precision = hits / np.arange(1, len(hits) + 1)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_from_here[hit].sum() / len(wanted))


def matches(wanted: Segments, given: Segments, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Which of `given` and which of `wanted` (N,) bool pair up: the first in order takes the nearest, if it is free."""
    hit, met = np.zeros(len(given), bool), np.zeros(len(wanted), bool)
    if not len(wanted) or not len(given):
        return hit, met
    swapped = wanted[:, [2, 3, 0, 1]]
    squared = [((given[:, None] - one) ** 2).sum(-1) for one in (wanted, swapped)]
    distance = np.minimum(*squared)
    nearest = distance.argmin(1)
    for index, target in enumerate(nearest):
        if distance[index, target] < most and not met[target]:
            hit[index] = met[target] = True
    return hit, met


def _read(drawing: Tensor, length: float) -> Segments:
    """The segments of a map (1, 3, H, W), the longest first."""
    frame = grey(eight_bit(drawing)[0])
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(frame)[0]
    found = np.zeros((0, 4)) if found is None else found.reshape(-1, 4).astype(np.float64)
    lengths = np.hypot(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1])
    order = np.argsort(-lengths, kind="stable")
    return found[order][lengths[order] >= length / 100 * min(frame.shape)]


def _square(segments: Segments, size: tuple[int, int]) -> Segments:
    return segments * np.tile([SIDE / size[1], SIDE / size[0]], 2)


def _drawn(segments: Segments, size: tuple[int, int]) -> np.ndarray:
    canvas = np.zeros(size, np.uint8)
    for x0, y0, x1, y1 in segments.round().astype(int).tolist():
        cv2.line(canvas, (x0, y0), (x1, y1), 1, 1)
    return canvas > 0


LINES = Measure(
    id="Lines",
    title="Straight Lines",
    run=lines,
    numbers={
        f"sAP{most}": f"Average precision of lines whose ends are off by less than {most} squared pixels at 128 x 128."
        for most in THRESHOLDS
    },
)
