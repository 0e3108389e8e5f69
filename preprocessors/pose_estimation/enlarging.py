"""Small maps at an image's size, without the images in between: resizing, cropping and blurring are linear.

OpenPose's ports enlarge each map twice by OpenCV's Lanczos filter, cut it between, and blur it. All of that is one
small matrix for the rows and one for the columns; a map's value at a place costs a row of each.
"""

from dataclasses import dataclass

import cv2
import numpy as np

STRIDE = 8  # pixels of a network's input for one of its output
SIGMA = 3.0
REACH = 12  # pixels to which the blur reaches: four deviations, as in scipy


def resampler(cells: int, size: int, filter: int) -> np.ndarray:
    """(size, cells) fp64: what OpenCV's resize does along one axis."""
    return cv2.resize(np.eye(cells), (cells, size), interpolation=filter)


def filter_for(size: tuple[int, int], old: tuple[int, int]) -> int:
    """OpenCV's filter that the ports take from one height and width to another."""
    return cv2.INTER_AREA if sum(size) < sum(old) else cv2.INTER_LANCZOS4


def blurred(rows: np.ndarray) -> np.ndarray:
    """Each column of (N, C) under a Gaussian; beyond the ends it is mirrored, with the last value twice."""
    weights = np.exp(-0.5 * (np.arange(-REACH, REACH + 1) / SIGMA) ** 2)
    extended = np.pad(rows, ((REACH, REACH), (0, 0)), "symmetric")
    return sum(weight * extended[i : i + len(rows)] for i, weight in enumerate(weights / weights.sum()))


@dataclass(frozen=True, eq=False)
class Enlarging:
    """`rows` (H, h) and `columns` (W, w): maps (C, h, w) become rows @ maps @ columns.T, (C, H, W)."""

    rows: np.ndarray
    columns: np.ndarray

    @property
    def blurred(self) -> "Enlarging":
        return Enlarging(blurred(self.rows), blurred(self.columns))

    def whole(self, maps: np.ndarray) -> np.ndarray:
        return self.rows @ (maps @ self.columns.T)

    def at(self, plane: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The values of one map (h, w) at places, arrays of one shape."""
        if y.size * len(plane.T) > self.rows.shape[0] * len(self.columns):
            return self.whole(plane)[y, x]
        return ((self.rows[y] @ plane) * self.columns[x]).sum(axis=-1)


def enlarging(cells: tuple[int, int], looked: tuple[int, int], size: tuple[int, int]) -> Enlarging:
    """From maps of `cells` to `size`, by way of the input, whose part `looked` was filled."""
    last = filter_for(size, looked)
    rows, columns = (
        resampler(part, full, last) @ resampler(count, count * STRIDE, cv2.INTER_LANCZOS4)[:part]
        for count, part, full in zip(cells, looked, size)
    )
    return Enlarging(rows, columns)
