"""A sketch as a map and a mask, at any size."""

import numpy as np
import torch
from torch import Tensor

from ..resize import Size, labels, smooth
from .coverage import brushed, filled
from .value import Sketch, Tool

SOFT = "colour"  # the mode with soft edges: scribbles are black or white, segments have the colours of their classes
SAMPLES = 4  # rows and columns of samples in a pixel of a fill with soft edges


def rendered(sketch: Sketch, size: Size | None = None, onto: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The map (B, 3, H, W) and what is drawn in it (B, 1, H, W), in [0, 1], stretched to `size` or at its own.

    It is drawn on the images `onto`, brought to that size, or on its flat ground, then with B = 1. Edges are soft in
    colour mode only; a line has at least one pixel.
    """
    height, width = size or (sketch.height, sketch.width)
    colours, drawn = _layer(sketch, height, width)
    if onto is None:
        ground = torch.tensor(sketch.ground).reshape(1, 3, 1, 1) / 255
    else:
        ground = (smooth if sketch.mode == SOFT else labels)(onto, (height, width)).cpu()
    drawn = torch.from_numpy(drawn)[None, None].expand(len(ground), -1, -1, -1)
    return torch.from_numpy(colours).movedim(-1, 0)[None] + ground * (1 - drawn), drawn


def _layer(sketch: Sketch, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Colours (H, W, 3) times opacity, and opacity (H, W)."""
    colours, opacity = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    scale = np.array([width / sketch.width, height / sketch.height])
    for stroke in sketch.strokes:
        points, radii = stroke.points * scale, stroke.radii * np.sqrt(scale.prod())
        box, corner = _box(points, radii, height, width)
        if not opacity[box].size:
            continue
        covered = _covered(stroke.tool, points - corner, radii, opacity[box].shape, sketch.mode == SOFT)
        ink = 0 if stroke.tool == "eraser" else 1
        opacity[box] = opacity[box] * (1 - covered) + covered * ink
        covered = covered[..., None]
        colours[box] = colours[box] * (1 - covered) + covered * ink * (np.array(stroke.colour, np.float32) / 255)
    return colours, opacity


def _box(points: np.ndarray, radii: np.ndarray, height: int, width: int) -> tuple[tuple[slice, slice], np.ndarray]:
    """Rows and columns that a stroke reaches, and their first as (x, y)."""
    reach = radii.max() + 2
    left, top = np.floor(points.min(0) - reach).astype(int).clip(0, [width, height])
    right, bottom = np.ceil(points.max(0) + reach).astype(int).clip(0, [width, height])
    return (slice(top, bottom), slice(left, right)), np.array([left, top])


def _covered(tool: Tool, points: np.ndarray, radii: np.ndarray, size: Size, soft: bool) -> np.ndarray:
    """(*size) in [0, 1]; without soft edges, 1 where a pixel's centre is covered and 0 elsewhere."""
    if tool == "fill":
        return filled(points, *size, SAMPLES if soft else 1)
    covered = brushed(points, radii, *size)
    return covered if soft else (covered >= 0.5).astype(np.float32)
