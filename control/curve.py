"""Curves through points: straight between them, or smooth and monotone as ComfyUI's CURVE is.

Fritsch and Carlson 1980, Monotone Piecewise Cubic Interpolation (SIAM Journal on Numerical Analysis 17, 2).
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import hypot

Points = Sequence[tuple[float, float]]

STEEPEST = 3.0  # length of a pair of slopes, in slopes of the straight line, up to which a piece stays monotone


def through(points: Points, interpolation: str) -> Callable[[float], float]:
    """A value for every x: level before the first of the points (x, y) and behind the last; x never falls.

    `interpolation` is "linear" or "monotone_cubic".
    """
    places, heights = zip(*points)
    slopes = None if interpolation == "linear" else _slopes(points)

    def value(x: float) -> float:
        if x < places[0] or (x == places[0] and slopes):  # a jump there: ComfyUI's smooth curves alone begin below
            return heights[0]
        if x >= places[-1]:
            return heights[-1]
        right = bisect_right(places, x)
        left = right - 1
        width, rise = places[right] - places[left], heights[right] - heights[left]
        t = (x - places[left]) / width
        if slopes is None:
            return heights[left] + t * rise
        bend = (1 - t) * (slopes[left] * width - rise) - t * (slopes[right] * width - rise)
        return heights[left] + t * rise + t * (1 - t) * bend

    return value


def _slopes(points: Points) -> list[float]:
    """At each point, such that no piece between two rises and falls."""
    straight = [(b[1] - a[1]) / (b[0] - a[0]) if b[0] > a[0] else 0.0 for a, b in pairwise(points)]
    if not straight:
        return [0.0]
    inner = [(a + b) / 2 if a * b > 0 else 0.0 for a, b in pairwise(straight)]
    slopes = [straight[0], *inner, straight[-1]]
    for left, slope in enumerate(straight):
        length = hypot(slopes[left], slopes[left + 1])
        longest = STEEPEST * abs(slope)
        if length > longest:
            slopes[left : left + 2] = [one * longest / length for one in slopes[left : left + 2]]
    return slopes
