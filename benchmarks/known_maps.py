"""Control maps of the drawn room by the pack's own preprocessors.

The learned ones run too, each with the answer of a network that makes no error in the place of its own, whose weights
are not here. What finds people or straight lines is drawn from where they are.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

from .. import discovery, preprocessors
from ..preprocessors.declare import Preprocessor
from ..preprocessors.normals.conventions import encoded
from ..preprocessors.pose.keypoints import written
from ..preprocessors.resize import smooth
from ..preprocessors.segments.classes import PALETTES, Palette, indices
from ..preprocessors.straight_lines.drawing import draw
from .known_room import NAMES, SIDE, room

SHOWN = 200  # pixels, at which straight lines are drawn, as they stay one pixel wide
BOUNDED = 3  # floor, ceiling and wall come first, and end nowhere
NEAREST, BORDER = 2000.0, 48  # in MiDaS's numbers; pixels that ZoeDepth puts around an image of this size
CERTAIN = 1e-4  # of 1: how near to sure a network is
COCO = {"painting": "wall", "ball": "sports ball"}  # what COCO calls what else has ADE20K's name
METHODS = discovery.declared(preprocessors, Preprocessor)


def image() -> Tensor:
    """(1, 3, SIDE, SIDE) in [0, 1]."""
    return torch.from_numpy(room().image).movedim(-1, 0)[None].float()


def poses() -> list[dict]:
    return [written(room().pose)]


def objects() -> list[dict]:
    """Of each thing, but not of walls, floor and ceiling."""
    masks = [torch.from_numpy(room().owner == index) for index in range(BOUNDED, len(NAMES))]
    return [{"masks": torch.stack(masks).float(), "size": (SIDE, SIDE)}]


def normals() -> Tensor:
    """(1, 3, H, W): unit vectors right, up, to the viewer."""
    return torch.from_numpy(room().normals).movedim(-1, 0)[None].float()


def of(method: str, given: Tensor | None = None, **values: Any) -> Tensor:
    """(1, 3 or 1, H, W): the map of a method, of the room's picture unless another image is given."""
    preprocessor = METHODS[method]
    usual = {
        o.name: None if o.pretrained else o.default for o in preprocessor.options if not o.required or o.pretrained
    }
    return preprocessor.run(image() if given is None else given, **usual | values)


@cache
def learned() -> dict[str, Tensor]:
    """By the ids of the methods."""
    found = {method: of(method, network=_always(answer)) for method, answer in _answers().items()}
    found["StraightLinesMLSD"] = draw(smooth(image(), (SHOWN, SHOWN)), SIDE, _always(room().lines))
    return found | dict.fromkeys(("OpenPose", "DWPose"), of("DrawPoseControlNet", poses=poses()))


def _always(answer: Any) -> Callable[[Any], Any]:
    return lambda asked: answer


def _answers() -> dict[str, Any]:
    """What the networks answer when they are asked about the room, by the ids of their methods."""
    distance = torch.from_numpy(room().distance)[None, None].float()
    near, lines = NEAREST * distance.min() / distance, _soft(0.7)
    return {
        **dict.fromkeys(("DepthAnythingV2", "DepthMidas", "NormalsByMidas"), near),
        "DepthZoe": pad(distance, (BORDER,) * 4, mode="reflect"),
        "NormalsBAE": encoded(normals(), "BAE") * 2 - 1,
        **dict.fromkeys(("SegmentsSegFormer", "SegmentsUperNet"), _scores("ADE20K", {})),
        "SegmentsOneFormer": _scores("COCO", COCO),
        "HED": [_soft(3.0).logit(CERTAIN)],
        "PiDiNet": _soft(2.0).logit(CERTAIN),
        **dict.fromkeys(("TEED", "AnyLine"), _soft(1.0).logit(CERTAIN)),
        "LineArtRealistic": 1 - lines,
        "LineArtAnime": 1 - 2 * lines,
        "LineArtManga": 255 * (1 - lines),
    }


def _soft(sigma: float) -> Tensor:
    """(1, 1, H, W) in [0, 1]: the outlines, blurred by so many pixels and white in their middle again."""
    blurred = cv2.GaussianBlur(room().outlines, (0, 0), sigma)
    return torch.from_numpy((blurred * np.sqrt(2 * np.pi) * sigma).clip(0, 1))[None, None]


def _scores(palette: Palette, named: dict[str, str]) -> Tensor:
    """(1, classes, H, W), 1 where a class is."""
    classes = [indices(named.get(name, name), palette)[0] for name in NAMES]
    return one_hot(torch.tensor(classes)[room().owner], len(PALETTES[palette])).movedim(-1, 0)[None].float()
