"""How much of each pixel a stroke covers.

A brush covers all discs between the discs at its points, whose radii change evenly on the way; a fill, what its
outline goes around (the non-zero rule). Pixel i reaches from i to i + 1, as on an HTML canvas.
"""

import cv2
import numpy as np

THINNEST = 0.5  # pixels: the radius below which a line would break up
NUDGE = 1e-3  # pixels: lets a line of width 1 between two rows of pixels fall on one of them


def brushed(points: np.ndarray, radii: np.ndarray, height: int, width: int) -> np.ndarray:
    """(height, width) fp32 in [0, 1], of points (N, 2) and radii (N,)."""
    covered = np.zeros((height, width), np.float32)
    radii = np.maximum(radii, THINNEST)
    ends = range(len(points) - 1) if len(points) > 1 else [0]
    for start in ends:
        end = min(start + 1, len(points) - 1)
        reach = max(radii[start], radii[end]) + 1
        low = np.minimum(points[start], points[end]) - reach
        high = np.maximum(points[start], points[end]) + reach
        left, top = np.floor(low).astype(int).clip(0, [width, height])
        right, bottom = np.ceil(high).astype(int).clip(0, [width, height])
        centres = np.meshgrid(np.arange(left, right) + 0.5 + NUDGE, np.arange(top, bottom) + 0.5 + NUDGE)
        outside = _distance(*centres, points[start], points[end], radii[start], radii[end])
        part = covered[top:bottom, left:right]
        np.maximum(part, (0.5 - outside).clip(0, 1), out=part, casting="unsafe")
    return covered


def _distance(
    x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, radius_a: float, radius_b: float
) -> np.ndarray:
    """From the outline of the discs between two, negative inside: the least over all of them."""
    length = np.hypot(*(b - a))
    if length <= abs(radius_a - radius_b):  # the larger disc holds all others
        centre, radius = (a, radius_a) if radius_a > radius_b else (b, radius_b)
        return np.hypot(x - centre[0], y - centre[1]) - radius
    slope = (radius_b - radius_a) / length
    along_x, along_y = (b - a) / length
    x, y = x - a[0], y - a[1]
    along, across = x * along_x + y * along_y, np.abs(y * along_x - x * along_y)
    nearest = (along + across * slope / np.sqrt(1 - slope**2)).clip(0, length)
    return np.hypot(along - nearest, across) - radius_a - slope * nearest


def filled(points: np.ndarray, height: int, width: int, samples: int) -> np.ndarray:
    """(height, width) fp32 in [0, 1], of the outline's corners (N, 2); a pixel has `samples` x `samples`."""
    corners = points * samples
    turns = np.zeros((height * samples, width * samples + 1), np.int16)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, 0)):
        top, bottom = np.ceil(np.array(sorted((y0, y1))) - 0.5).astype(int).clip(0, len(turns))
        rows = np.arange(top, bottom)
        crossings = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0 or 1)
        columns = np.ceil(crossings - 0.5).astype(int).clip(0, width * samples)
        turns[rows, columns] += 1 if y1 > y0 else -1
    inside = (np.cumsum(turns[:, :-1], 1, np.int16) != 0).astype(np.float32)
    return cv2.resize(inside, (width, height), interpolation=cv2.INTER_AREA)  # the mean of a pixel's samples
