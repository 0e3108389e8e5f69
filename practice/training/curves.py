"""Draws the logs of a run: the losses of its stages and the control fidelity, against the training step."""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from ...control.training.run import steps_taken
from .run import checkpoint

Curve = list[tuple[float, float]]
"""(step, value) in order."""

WIDTH, HEIGHT, MARGIN = 420, 260, 44
INK, LINE, PAPER = (40, 40, 40), (30, 110, 200), (255, 255, 255)
SMOOTHED = 10  # logged values


def main(folder: Path, device: torch.device, steps: int) -> None:
    panels = [
        panel("base: velocity loss", smooth(curve(folder / "base.jsonl", "loss"))),
        panel("control, then joint: velocity loss", smooth(after(folder, "loss"))),
        panel("autoencoder: loss", smooth(curve(folder / "autoencoder.jsonl", "loss"))),
        panel("control, then joint: F1, 16 held-out pictures", after(folder, "f1"), low=0.0, high=1.0),
    ]
    rows = [np.concatenate(panels[i : i + 2], axis=1) for i in (0, 2)]
    Image.fromarray(np.concatenate(rows)).save(folder / "curves.png")


def curve(log: Path, value: str) -> Curve:
    """The logged values; where a run was resumed, the last word of a step counts."""
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    return sorted({entry["step"]: entry[value] for entry in entries if value in entry}.items())


def after(folder: Path, value: str) -> Curve:
    """The control stage up to where the joint one took over, and that behind it."""
    start = steps_taken(checkpoint(folder, "control"))
    first = [point for point in curve(folder / "control.jsonl", value) if point[0] <= start]
    return first + [(step + start, found) for step, found in curve(folder / "joint.jsonl", value)]


def smooth(points: Curve) -> Curve:
    """The running mean of the last few values."""
    values = [value for _, value in points]
    means = [sum(values[max(0, i - SMOOTHED + 1) : i + 1]) / min(i + 1, SMOOTHED) for i in range(len(values))]
    return [(step, mean) for (step, _), mean in zip(points, means)]


def panel(title: str, points: Curve, low: float | None = None, high: float | None = None) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) uint8: one curve with its axes."""
    last = points[-1][0]
    low = min(value for _, value in points) if low is None else low
    high = max(value for _, value in points[len(points) // 50 :]) if high is None else high
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)

    def at(step: float, value: float) -> tuple[float, float]:
        share = (min(max(value, low), high) - low) / (high - low)
        return MARGIN + step / last * (WIDTH - MARGIN - 14), HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)

    draw.text((MARGIN, 12), title, INK)
    draw.line([at(0, high), at(0, low), at(last, low)], INK)
    for value in (low, (low + high) / 2, high):
        draw.text((4, at(0, value)[1] - 6), f"{value:.2f}", INK)
    for step in (0, last / 2, last):
        draw.text((at(step, low)[0] - 12, HEIGHT - MARGIN + 6), f"{step:.0f}", INK)
    draw.line([at(*point) for point in points], LINE, 2)
    return np.asarray(image)
