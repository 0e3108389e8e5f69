"""Curves and bars as pictures, drawn with Pillow."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 760, 360, 56, 40, 36, 150
INK, FAINT, PAPER = (40, 40, 40), (215, 215, 215), (255, 255, 255)
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (120, 120, 120))
MARKS = 5  # of an axis
ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # what marks are multiples of


def curves(file: Path, title: str, lines: Mapping[str, Sequence[tuple[float, float]]], axis: str) -> None:
    """Points (x, y) of each line; y from 0 up."""
    image, draw = _paper(title)
    last = max(x for points in lines.values() for x, _ in points)
    high = _scale(draw, max(y for points in lines.values() for _, y in points), WIDTH - RIGHT)
    for n in range(MARKS + 1):
        x = LEFT + n / MARKS * (WIDTH - LEFT - RIGHT)
        draw.text((x, HEIGHT - BOTTOM + 6), f"{last * n / MARKS:.0f}", INK, anchor="ma")
    draw.text(((WIDTH + LEFT - RIGHT) / 2, HEIGHT - 14), axis, INK, anchor="ma")
    for n, (name, points) in enumerate(lines.items()):
        colour = COLOURS[n % len(COLOURS)]
        draw.line([(LEFT + x / last * (WIDTH - LEFT - RIGHT), _height(y / high)) for x, y in points], colour, 2)
        draw.line([(WIDTH - RIGHT + 12, TOP + 8 + 18 * n), (WIDTH - RIGHT + 30, TOP + 8 + 18 * n)], colour, 3)
        draw.text((WIDTH - RIGHT + 36, TOP + 8 + 18 * n), name, INK, anchor="lm")
    image.save(file, optimize=True)


def bars(file: Path, title: str, values: Mapping[str, float]) -> None:
    """One bar for each value, from 0 up, its name below."""
    image, draw = _paper(title)
    high, wide = _scale(draw, max(*values.values(), 1e-9), WIDTH - 14), (WIDTH - LEFT - 14) / len(values)
    for n, (name, value) in enumerate(values.items()):
        left = LEFT + n * wide
        draw.rectangle([left + 2, _height(max(value, 0) / high), left + wide - 2, _height(0)], COLOURS[0])
        for line, word in enumerate(name.split()):
            draw.text((left + wide / 2, _height(0) + 4 + 13 * line), word, INK, anchor="ma", font_size=9)
    image.save(file, optimize=True)


def _paper(title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((LEFT, 10), title, INK, font_size=13)
    return image, draw


def _scale(draw: ImageDraw.ImageDraw, high: float, right: float) -> float:
    """The top of an axis with its marks, which is `high` or above."""
    unit = 10 ** floor(log10(high / MARKS))
    high = next(n for n in ROUND if n * unit * MARKS >= high * 0.999) * unit * MARKS
    for n in range(MARKS + 1):
        y = _height(n / MARKS)
        draw.line([(LEFT, y), (right, y)], INK if n == 0 else FAINT)
        draw.text((LEFT - 6, y), f"{high * n / MARKS:.3g}", INK, anchor="rm")
    return high


def _height(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
