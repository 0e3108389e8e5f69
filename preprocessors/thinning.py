"""Thinning of lines to one pixel without breaking them: Guo and Hall 1989, doi:10.1145/62065.62074, algorithm A1."""

import cv2
import numpy as np

# Bit i of a code stands for neighbour i: 0 is north, then clockwise.
NEIGHBOURS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


def thinned(lines: np.ndarray) -> np.ndarray:
    """(H, W) bool: the centre lines of (H, W) bool."""
    lines, changed = np.pad(lines, 1).astype(np.uint8), True
    passes = (_removable(southwest=True), _removable(southwest=False))
    while changed:
        changed = False
        for removable in passes:
            codes = cv2.filter2D(lines, cv2.CV_8U, NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
            gone = removable[codes] & (lines > 0)
            changed |= bool(gone.any())
            lines[gone] = 0
    return lines[1:-1, 1:-1] > 0


def _removable(*, southwest: bool) -> np.ndarray:
    """(256,) bool: whether a pixel whose neighbours have this code goes in the pass that looks to this side."""
    n, ne, e, se, s, sw, w, nw = ((np.arange(256)[:, None] >> np.arange(8)) & 1).T
    branches = ((1 - n) & (ne | e)) + ((1 - e) & (se | s)) + ((1 - s) & (sw | w)) + ((1 - w) & (nw | n))
    breadth = np.minimum((nw | n) + (ne | e) + (se | s) + (sw | w), (n | ne) + (e | se) + (s | sw) + (w | nw))
    kept = (s | sw | (1 - nw)) & w if southwest else (n | ne | (1 - se)) & e
    return (branches == 1) & (breadth >= 2) & (breadth <= 3) & (kept == 0)
