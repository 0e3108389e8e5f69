"""Control maps of the drawn world, by the pack's own preprocessors: of pictures, and of what is known of scenes.

Depth is an order: the ground is black, and things lie on each other at equal distances. A thing's class is its
shape.
"""

import numpy as np
import torch
from torch import Tensor

from ..preprocessors.depth.normalize import normalized
from ..preprocessors.edges.canny import canny
from ..preprocessors.segments.from_labels import segments_of_labels
from ..preprocessors.sketch.from_soft_edges import scribble
from .world import SHAPES, Scene

FAINTEST = 50  # of 255: a line of one pixel, blurred by one pixel, has a crest of about 100


def images(scenes: list[Scene]) -> Tensor:
    """(B, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.stack([s.image for s in scenes])).movedim(-1, 1).float() / 255


def scribbles(pictures: Tensor, sigma: float = 1.0) -> Tensor:
    """Broad strokes along the Canny edges of (B, 3, H, W) in [0, 1], the same shape."""
    return scribble(canny(pictures), level=round(FAINTEST / sigma), sigma=sigma)


def depth(scenes: list[Scene]) -> Tensor:
    """(B, 3, H, W) in [0, 1], the nearest thing white."""
    return normalized(_levels([s.layers for s in scenes]))


def segments(scenes: list[Scene]) -> Tensor:
    """(B, 3, H, W): each shape in the colour of an ADE20K class, the ground in that of walls."""
    return segments_of_labels(_levels([_classes(s)[s.layers] for s in scenes]))


def nearest(scenes: list[Scene]) -> Tensor:
    """(B, 1, H, W): 1 where the thing is seen that lies on all others that are."""
    return torch.from_numpy(np.stack([s.layers == s.layers.max() for s in scenes]))[:, None].float()


def _classes(scene: Scene) -> np.ndarray:
    """The class of the ground, then of each layer."""
    return np.array([0, *(1 + list(SHAPES).index(shape) for shape in scene.shapes)], np.uint8)


def _levels(numbers: list[np.ndarray]) -> Tensor:
    """(B, 3, H, W): small numbers as levels of 255."""
    return torch.from_numpy(np.stack(numbers))[:, None].expand(-1, 3, -1, -1).float() / 255
