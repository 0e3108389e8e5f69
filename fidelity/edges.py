"""Agreement of two edge maps: precision, recall and F1 with a tolerance in pixels, and the Hausdorff distance.

A tolerance of 2 pixels forgives the rounding of an edge's position, not another place (Martin et al. 2004,
doi:10.1109/TPAMI.2004.1273918, match edges within a tolerance too; here an edge pixel may serve several others).
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from torch import Tensor

EDGE = 0.5


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
    """(H, W): each pixel's Euclidean distance to the nearest pixel of the mask."""
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
