"""TTPlanet's tile by a guided filter: flat where the image is nearly flat, sharp at its edges.

He and Sun 2015, "Fast Guided Filter", arXiv:1505.00996, with the image as its own guide.
"""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..declare import Preprocessor, Range, Replaced
from ..pixels import colours, from_colours
from . import TILE
from .reduced import blurred, reduced, subsampled

SYMMETRIC = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])  # where six planes stand in a symmetric 3 x 3 matrix


def guided(
    image: Tensor,
    *,
    scale: Annotated[float, Range(1, 8, 0.01), "How many times smaller the image is made, and the filter too."] = 1.0,
    blur: Annotated[float, Range(1, 10, 0.01), "Strength of the blur before, twice its radius in pixels."] = 2.0,
    radius: Annotated[int, Range(1, 20, 1), "How far the filter looks, in pixels."] = 7,
    eps: Annotated[
        float, Range(0.001, 0.1, 0.001), "Contrast that is flattened: the variance below which nothing is an edge."
    ] = 0.01,
) -> Tensor:
    """The image without texture but with its edges. For TTPlanet's tile control models."""
    filtered = [guided_filter(blurred(frame, blur), radius, eps, scale) for frame in colours(image)]
    return from_colours([reduced(one, scale, cv2.INTER_CUBIC) for one in filtered], image.device)


def guided_filter(frame: np.ndarray, radius: int, eps: float, scale: float) -> np.ndarray:
    """(H, W, 3) fp32 in [0, 1].

    In a window of mean m and covariance S the filter is A x + (1 - A) m with A = S (S + eps)^-1; so, with
    T = 1 - A = eps (S + eps)^-1, a pixel in many windows becomes x - mean(T) x + mean(T m).
    """
    small, window = subsampled(frame, scale), (2 * int(radius / scale) + 1,) * 2
    means = [cv2.blur(colour, window) for colour in cv2.split(small)]
    flatten = eps * _inverse(_covariance(small, means, window, eps))
    offsets = [sum(flatten[SYMMETRIC[i, j]] * means[j] for j in range(3)) for i in range(3)]
    size = frame.shape[1::-1]
    flatten = [cv2.resize(cv2.blur(one, window), size, interpolation=cv2.INTER_LINEAR) for one in flatten]
    offsets = [cv2.resize(cv2.blur(one, window), size, interpolation=cv2.INTER_LINEAR) for one in offsets]
    colours = cv2.split(frame)
    moved = [offsets[i] - sum(flatten[SYMMETRIC[i, j]] * colours[j] for j in range(3)) for i in range(3)]
    return (frame + cv2.merge(moved)).clip(0, 1)


def _covariance(small: np.ndarray, means: list[np.ndarray], window: tuple[int, int], eps: float) -> list[np.ndarray]:
    """Six (h, w): the upper triangle of the colours' covariance in each window, eps added to the diagonal."""
    colours = cv2.split(small)
    return [
        cv2.blur(colours[i] * colours[j], window) - means[i] * means[j] + (eps if i == j else 0)
        for i in range(3)
        for j in range(i, 3)
    ]


def _inverse(matrix: list[np.ndarray]) -> np.ndarray:
    """(6, h, w) the upper triangle of the inverse of symmetric 3 x 3 matrices."""
    a, b, c, d, e, f = matrix
    cofactors = np.stack((d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b))
    return cofactors / (a * cofactors[0] + b * cofactors[1] + c * cofactors[2])


TILE_GUIDED = Preprocessor(
    id="TileGuided",
    title="Tile Guided Filter (TTPlanet)",
    run=guided,
    family=TILE,
    flat=True,
    replaces=(
        Replaced(
            id="TTPlanet_TileGF_Preprocessor",
            difference="2 of 255 levels: ours is not cut to 8 bits between the steps. Theirs has no working "
            "resolution, whatever it says, and turns what becomes brighter than white black",
            widgets={
                "scale_factor": "scale",
                "blur_strength": "blur",
                "radius": "radius",
                "eps": "eps",
                "resolution": None,
            },
        ),
    ),
)
