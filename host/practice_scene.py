"""A scene of the practice model's world with its true maps, as ComfyUI's types."""

from dataclasses import dataclass

from torch import Tensor

from ..practice import maps
from ..practice.world import HELD_OUT_SEEDS, scene
from .images import to_image, to_mask


@dataclass(frozen=True, eq=False)
class PracticeScene:
    """IMAGE (1, side, side, 3) each; `nearest` is a MASK (1, side, side) of the thing that lies on all others."""

    image: Tensor
    depth: Tensor
    segments: Tensor
    nearest: Tensor
    caption: str


def load_scene(number: int, side: int) -> PracticeScene:
    """Drawn anew; the practice model and its controls were trained on none of these."""
    drawn = [scene(HELD_OUT_SEEDS + number, side)]
    image, depth, segments = (
        to_image(found) for found in (maps.images(drawn), maps.depth(drawn), maps.segments(drawn))
    )
    return PracticeScene(image, depth, segments, to_mask(maps.nearest(drawn)), drawn[0].caption)
