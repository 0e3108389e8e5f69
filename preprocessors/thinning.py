"""Thinning of lines to one pixel without breaking them: Guo and Hall 1989, doi:10.1145/62065.62074, algorithm A1."""

import numpy as np


def thinned(lines: np.ndarray) -> np.ndarray:
    """(H, W) bool: the centre lines of (H, W) bool."""
    canvas = np.pad(lines, 1)
    width, pixels, drawn = canvas.shape[1], canvas.ravel(), np.flatnonzero(canvas)
    clockwise = (-width, 1 - width, 1, 1 + width, width, width - 1, -1, -1 - width)  # from north
    passes, before = (_removable(southwest=True), _removable(southwest=False)), -1
    while drawn.size != before:
        before = drawn.size
        for removable in passes:
            codes = np.zeros(drawn.size, np.uint8)
            for bit, step in enumerate(clockwise):
                codes |= pixels[drawn + step].view(np.uint8) << bit
            gone = removable[codes]
            pixels[drawn[gone]] = False
            drawn = drawn[~gone]
    return canvas[1:-1, 1:-1]


def _removable(*, southwest: bool) -> np.ndarray:
    """(256,) bool: whether a pixel whose neighbours have this code goes in the pass that looks to this side.

    Bit i of a code stands for neighbour i, clockwise from north.
    """
    n, ne, e, se, s, sw, w, nw = ((np.arange(256)[:, None] >> np.arange(8)) & 1).T
    branches = ((1 - n) & (ne | e)) + ((1 - e) & (se | s)) + ((1 - s) & (sw | w)) + ((1 - w) & (nw | n))
    breadth = np.minimum((nw | n) + (ne | e) + (se | s) + (sw | w), (n | ne) + (e | se) + (s | sw) + (w | nw))
    kept = (s | sw | (1 - nw)) & w if southwest else (n | ne | (1 - se)) & e
    return (branches == 1) & (breadth >= 2) & (breadth <= 3) & (kept == 0)
