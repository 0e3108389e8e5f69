"""Agreement of two edge maps: precision, recall and F1 with a tolerance in pixels, and the Hausdorff distance.

A tolerance of 2 pixels forgives the rounding of an edge's position, not another place (Martin et al. 2004,
doi:10.1109/TPAMI.2004.1273918, match edges within a tolerance too; here an edge pixel may serve several others).
"""

import math
from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..preprocessors.declare import Image, Range
from ..preprocessors.edges.canny import canny
from ..preprocessors.resize import thin
from .declare import Measure
from .pictures import marks

EDGE = 0.5
LEVELS = Range(0, 255, 1)


@dataclass(frozen=True)
class EdgeFidelity:
    """`precision`: share of the image's edge pixels near one of the hint's; `recall`: the reverse; all in [0, 1].

    `hausdorff` is the largest distance in pixels from an edge of one to the nearest of the other; infinite where only
    one of the two has any edge.
    """

    precision: float
    recall: float
    f1: float
    hausdorff: float


def edges(
    image: Tensor,
    *,
    hint: Annotated[Image, "The map of edges that the image was to obey, white on black."],
    found: Annotated[Image | None, "The edges of the image, if not those that Canny finds."] = None,
    tolerance: Annotated[float, Range(0, 100, 0.5), "How far an edge may be off, in pixels."] = 2.0,
    low: Annotated[int, LEVELS, "Canny's lower threshold; the one that made the hint."] = 100,
    high: Annotated[int, LEVELS, "Canny's upper threshold; the one that made the hint."] = 200,
) -> tuple[Tensor, list[dict[str, float]]]:
    """Compares edges, lines or scribbles by place. In the picture white is hit, blue missed, orange surplus."""
    size = tuple(image.shape[-2:])
    found = canny(image, low=low, high=high) if found is None else found
    wanted, given = (thin(one, size) for one in (hint, found))
    (score,) = edge_fidelity(wanted, given, tolerance)
    wanted, given = _mask(wanted[0]), _mask(given[0])
    near_given, near_wanted = (_distances_to(one) <= tolerance for one in (given, wanted))
    picture = marks(wanted & near_given, wanted & ~near_given, given & ~near_wanted, image.device)
    return picture, [
        {"F1": score.f1, "precision": score.precision, "recall": score.recall, "Hausdorff": score.hausdorff}
    ]


def edge_fidelity(hint: Tensor, edges: Tensor, tolerance: float = 2.0) -> list[EdgeFidelity]:
    """One score for each pair of the two batches (B, C, H, W) in [0, 1]; above 0.5 is an edge.

    Raises:
        ValueError: the two differ in batch or size.
    """
    if (hint.shape[0], *hint.shape[-2:]) != (edges.shape[0], *edges.shape[-2:]):
        raise ValueError(
            f"The hint is {list(hint.shape)} and the edges {list(edges.shape)}; batch and size must agree."
        )
    return [_score(_mask(a), _mask(b), tolerance) for a, b in zip(hint, edges)]


def _mask(planes: Tensor) -> np.ndarray:
    return (planes.float().mean(dim=0) > EDGE).cpu().numpy()


def _score(hint: np.ndarray, edges: np.ndarray, tolerance: float) -> EdgeFidelity:
    if not hint.any() or not edges.any():
        same = float(hint.any() == edges.any())
        return EdgeFidelity(same, same, same, 0.0 if same else math.inf)
    to_hint, to_edges = _distances_to(hint)[edges], _distances_to(edges)[hint]
    precision, recall = float((to_hint <= tolerance).mean()), float((to_edges <= tolerance).mean())
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return EdgeFidelity(precision, recall, f1, float(max(to_hint.max(), to_edges.max())))


def _distances_to(mask: np.ndarray) -> np.ndarray:
    """(H, W): each pixel's Euclidean distance to the nearest pixel of the mask; infinite where that is empty."""
    if not mask.any():
        return np.full(mask.shape, np.inf)
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


EDGES = Measure(
    id="Edges",
    title="Edges",
    run=edges,
    numbers={
        "F1": "The harmonic mean of precision and recall.",
        "precision": "The share of the image's edges that are near one of the hint's.",
        "recall": "The share of the hint's edges that are near one of the image's.",
        "Hausdorff": "The largest distance from an edge of one to the nearest of the other, in pixels.",
    },
)
