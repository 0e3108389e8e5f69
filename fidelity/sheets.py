"""Pictures with words: bars, and grids of maps."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from ..preprocessors.pixels import planes
from .pictures import heat

PAPER, INK, BAR, LINE = 255, (40, 40, 40), (40, 130, 255), (210, 210, 210)
ROW, LABEL, BARS, MARGIN = 24, 96, 400, 12  # pixels
CELL, GAP = 96, 4
CPU = torch.device("cpu")


def bars(values: Mapping[str, float], title: str) -> Tensor:
    """(1, 3, H, W): a bar for each name, as long as its value, with the value behind it; values are 0 or more."""
    longest = max(max(values.values()), 1e-9)
    canvas = np.full((ROW * (len(values) + 1) + 2 * MARGIN, LABEL + BARS + 6 * MARGIN, 3), PAPER, np.uint8)
    _write(canvas, title, MARGIN, MARGIN + ROW // 2)
    for index, (name, value) in enumerate(values.items(), start=1):
        top = MARGIN + ROW * index
        _write(canvas, name, MARGIN, top + ROW // 2 + 2)
        length = round(BARS * value / longest)
        canvas[top + 3 : top + ROW - 5, LABEL : LABEL + length] = BAR
        _write(canvas, f"{value:.3f}", LABEL + length + 4, top + ROW // 2 + 2)
    cv2.line(canvas, (LABEL - 1, MARGIN + ROW), (LABEL - 1, len(canvas) - MARGIN), LINE)
    return planes([canvas], CPU)


def grid(rows: Mapping[str, Sequence[Tensor | None]], columns: Sequence[str], worst: Mapping[str, float]) -> Tensor:
    """(1, 3, H, W): maps (h, w) of any size side by side, black where one is 0 and yellow from its row's `worst` on;
    white where there is none. Under each stands the root of its mean square.
    """
    tall, wide = _shape(rows)
    canvas = np.full((ROW + len(rows) * (tall + ROW), LABEL + len(columns) * (wide + GAP), 3), PAPER, np.uint8)
    for index, name in enumerate(columns):
        _write(canvas, name, LABEL + index * (wide + GAP), ROW // 2 + 4)
    for y, (name, maps) in enumerate(rows.items()):
        top = ROW + y * (tall + ROW)
        _write(canvas, name, MARGIN, top + tall // 2)
        for x, one in enumerate(maps):
            if one is not None:
                left = LABEL + x * (wide + GAP)
                canvas[top : top + tall, left : left + wide] = _coloured(one, worst[name], (wide, tall))
                _write(canvas, f"{float(one.square().mean().sqrt()):.3g}", left, top + tall + 12)
    return planes([canvas], CPU)


def _shape(rows: Mapping[str, Sequence[Tensor | None]]) -> tuple[int, int]:
    """Height and width of a cell, in the shape of the maps."""
    height, width = next(one.shape for maps in rows.values() for one in maps if one is not None)
    longest = max(height, width)
    return max(8, round(CELL * height / longest)), max(8, round(CELL * width / longest))


def _coloured(one: Tensor, worst: float, size: tuple[int, int]) -> np.ndarray:
    levels = heat(one.numpy(), worst or 1.0, CPU)[0].movedim(0, -1).mul(255).round().byte().numpy()
    return cv2.resize(levels, size, interpolation=cv2.INTER_NEAREST)


def _write(canvas: np.ndarray, text: str, x: int, y: int) -> None:
    cv2.putText(canvas, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
