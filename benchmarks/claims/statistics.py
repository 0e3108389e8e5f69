"""Means with confidence intervals, from few runs."""

from collections.abc import Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from scipy.stats import t as student


class Estimate(NamedTuple):
    """The mean of so many runs; `half` is half of its 95 % interval by Student's t, None for a single run."""

    mean: float
    half: float | None
    runs: int

    def __str__(self) -> str:
        return f"{self.mean:.3f}" if self.half is None else f"{self.mean:.3f} ± {self.half:.3f}"


def estimate(values: Sequence[float]) -> Estimate:
    if len(values) < 2:
        return Estimate(fmean(values), None, len(values))
    spread = stdev(values) / len(values) ** 0.5
    return Estimate(fmean(values), float(student.ppf(0.975, len(values) - 1)) * spread, len(values))
