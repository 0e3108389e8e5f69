"""The drawn world: shapes of a named colour on a shaded ground, and the caption that says what is there.

A scene is a function of its seed alone. Besides regular shapes it holds free forms (blobs, strokes), so that a
control model learns to follow any edge and not only the outlines of a dozen shapes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

COLOURS = {
    "red": (214, 40, 40),
    "orange": (245, 134, 30),
    "yellow": (250, 210, 50),
    "green": (60, 160, 70),
    "blue": (40, 90, 200),
    "purple": (125, 60, 170),
    "pink": (240, 140, 180),
    "brown": (125, 80, 45),
    "white": (245, 245, 240),
    "grey": (135, 135, 135),
    "black": (28, 28, 32),
}
SIZES = {"small": (0.10, 0.17), "large": (0.20, 0.34)}  # radius as part of the image's side
SUPERSAMPLING = 2
HELD_OUT_SEEDS = 1_000_000_000  # seeds from here on are never trained on

Outline = Callable[[np.random.Generator], np.ndarray]
"""Points (N, 2) of a closed outline inside the unit circle."""


@dataclass(frozen=True)
class Scene:
    """`image` is (H, W, 3) uint8 RGB.

    Of a drawn scene it is known what is seen where: `layers` is (H, W) uint8, 0 for the ground and n for the n-th
    thing, which lies on those before it; `shapes` names the shape of each.
    """

    image: np.ndarray
    caption: str
    layers: np.ndarray | None = None
    shapes: tuple[str, ...] = ()


def polygon(*turns_and_radii: tuple[float, float]) -> np.ndarray:
    turns, radii = np.array(turns_and_radii).T
    return np.stack([np.sin(2 * np.pi * turns), -np.cos(2 * np.pi * turns)], axis=1) * radii[:, None]


def regular(corners: int) -> Outline:
    return lambda rng: polygon(*((i / corners, 1.0) for i in range(corners)))


def star(rng: np.random.Generator) -> np.ndarray:
    return polygon(*((i / 10, 0.42 if i % 2 else 1.0) for i in range(10)))


def cross(rng: np.random.Generator) -> np.ndarray:
    a, b = 0.32, 0.95
    return np.array(
        [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a)]
    )


def moon(rng: np.random.Generator) -> np.ndarray:
    outer = [(0.12 + 0.76 * i / 40, 1.0) for i in range(41)]
    inner = polygon(*((0.88 - 0.76 * i / 40, 1.0) for i in range(41))) * (0.55, 0.93) + (-0.0, 0.0)
    return np.concatenate([polygon(*outer), inner])


def heart(rng: np.random.Generator) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    x, y = np.sin(t) ** 3, 0.8125 * np.cos(t) - 0.3125 * np.cos(2 * t) - 0.125 * np.cos(3 * t) - 0.0625 * np.cos(4 * t)
    return np.stack([x, -y], axis=1) * 0.95


def blob(rng: np.random.Generator) -> np.ndarray:
    turns = np.linspace(0, 1, 72, endpoint=False)
    radius = sum(rng.normal(0, 0.28 / k) * np.sin(2 * np.pi * (k * turns + rng.random())) for k in range(2, 7))
    radius = 0.7 + radius
    return polygon(*zip(turns, np.clip(radius, 0.15, 1.0), strict=True))


def bar(rng: np.random.Generator) -> np.ndarray:
    thickness = rng.uniform(0.12, 0.4)
    return np.array([(-1, -thickness), (1, -thickness), (1, thickness), (-1, thickness)])


SHAPES: dict[str, Outline] = {
    "circle": regular(48),
    "triangle": regular(3),
    "square": regular(4),
    "hexagon": regular(6),
    "star": star,
    "cross": cross,
    "moon": moon,
    "heart": heart,
    "bar": bar,
    "blob": blob,
    "ring": regular(48),
    "stroke": blob,
}


def scene(seed: int, side: int = 128) -> Scene:
    """The scene of `seed`, (side, side, 3)."""
    rng = np.random.default_rng(seed)
    canvas, ground = _ground(rng, side * SUPERSAMPLING)
    layers, words, shapes = np.zeros(canvas.shape[:2], np.uint8), [], []
    for n in range(1, 1 + rng.choice([1, 2, 3, 4, 5], p=[0.2, 0.3, 0.25, 0.15, 0.1])):
        shape, described, mask = _thing(rng, canvas)
        layers[mask > 127] = n
        words.append(described)
        shapes.append(shape)
    image = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    layers = cv2.resize(layers, (side, side), interpolation=cv2.INTER_NEAREST)
    return Scene(image, f"{' and '.join(words)} on {ground}", layers, tuple(shapes))


def _article(words: str) -> str:
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _colour(rng: np.random.Generator) -> tuple[str, np.ndarray]:
    name = str(rng.choice(list(COLOURS)))
    return name, np.clip(np.array(COLOURS[name]) + rng.normal(0, 9, 3), 0, 255)


def _shading(rng: np.random.Generator, colour: np.ndarray, side: int) -> np.ndarray:
    """(side, side, 3): the colour, lighter towards one side."""
    angle, contrast = rng.uniform(0, 2 * np.pi), rng.uniform(0.0, 0.35)
    ramp = np.linspace(-0.5, 0.5, side)
    light = 1 + contrast * (np.cos(angle) * ramp[:, None] + np.sin(angle) * ramp[None, :])
    return np.clip(colour * light[..., None], 0, 255).astype(np.uint8)


def _ground(rng: np.random.Generator, side: int) -> tuple[np.ndarray, str]:
    name, colour = _colour(rng)
    canvas = _shading(rng, colour, side)
    if rng.random() > 0.3:
        return canvas, _article(f"{name} ground")
    second, colour = _colour(rng)
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.25, 0.25)
    ramp = np.linspace(-0.5, 0.5, side)
    beyond = np.cos(angle) * ramp[:, None] + np.sin(angle) * ramp[None, :] > offset
    return np.where(beyond[..., None], _shading(rng, colour, side), canvas), _article(f"{name} and {second} ground")


def _thing(rng: np.random.Generator, canvas: np.ndarray) -> tuple[str, str, np.ndarray]:
    """Draw one thing on `canvas`, which is ours to change: its shape, its words, and where it covers (0 to 255)."""
    side = canvas.shape[0]
    shape, size = str(rng.choice(list(SHAPES))), str(rng.choice(list(SIZES)))
    name, colour = _colour(rng)
    radius, turn = rng.uniform(*SIZES[size]) * side, rng.uniform(0, 2 * np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    squeeze = (1.0, rng.uniform(0.7, 1.0))
    centre = rng.uniform(0.12, 0.88, 2) * side
    points = np.round((SHAPES[shape](rng) * squeeze) @ rotation.T * radius + centre).astype(np.int32)
    mask = np.zeros((side, side), np.uint8)
    if shape in ("ring", "stroke"):
        width = max(2, round(radius * rng.uniform(0.15, 0.4)))
        cv2.polylines(mask, [points], shape == "ring", 255, width, cv2.LINE_AA)
    else:
        cv2.fillPoly(mask, [points], 255, cv2.LINE_AA)
    paint, words = _shading(rng, colour, side), f"{size} {name} {shape}"
    if rng.random() < 0.15:
        second, colour = _colour(rng)
        period, angle = rng.uniform(0.07, 0.16) * side, rng.uniform(0, np.pi)
        y, x = np.mgrid[:side, :side]
        stripes = np.sin(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y) / period) > 0
        paint, words = np.where(stripes[..., None], colour.astype(np.uint8), paint), f"{words} with {second} stripes"
    cover = mask[..., None] / 255.0
    canvas[:] = (canvas * (1 - cover) + paint * cover).astype(np.uint8)
    return shape, _article(words), mask
