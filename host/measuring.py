"""Measures on what ComfyUI's sockets carry: the numbers of a batch, as values and as text."""

from statistics import fmean
from typing import Any

from torch import Tensor

from ..fidelity.declare import Measure
from ..preprocessors.running import Working
from .preprocessing import preprocess


def measured(measure: Measure, image: Tensor, values: dict[str, Any]) -> tuple[list[dict[str, float]], Tensor]:
    """The numbers of each image of IMAGE (B, H, W, C), and pictures of hits and misses, IMAGE (B, H, W, 3)."""
    pictures, numbers = preprocess(measure.scoring, image, values, Working())
    return numbers, pictures


def means(numbers: list[dict[str, float]]) -> dict[str, float]:
    return {name: fmean(one[name] for one in numbers) for name in numbers[0]}


def told(numbers: list[dict[str, float]]) -> str:
    """One line for each image, and their mean above if there are several."""
    lines = [_line(one) for one in numbers]
    if len(numbers) == 1:
        return lines[0]
    return "\n".join([f"mean: {_line(means(numbers))}", *(f"{i + 1}: {line}" for i, line in enumerate(lines))])


def _line(numbers: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in numbers.items())
