"""What the preprocessors that need no more than a photograph make of one: scikit-image's coffee, CC0."""

import cv2
import torch
from torch import Tensor

from .. import discovery, preprocessors
from ..nodes.preprocess import ALL
from ..preprocessors.declare import MAP, Family
from .help_tiles import Picture, beside, listed, small
from .known_maps import METHODS
from .photographs import LICENCES, photographs
from .preprocessors import ours, runs_alone

PHOTOGRAPH, SIDE = "coffee", 512
MOST = 3  # maps of a family
ELSEWHERE = ("Depth", "Normals", "Segments", "OpticalFlow")  # families that a photograph says too little for


def from_photograph() -> dict[str, Picture]:
    """The photograph beside its map, by the id of the method; beside several, by that of the family."""
    image = dict(zip(LICENCES, photographs(SIDE)))[PHOTOGRAPH]
    methods = [
        one
        for one in METHODS.values()
        if runs_alone(one) and MAP in one.outputs and not (one.family and one.family.id in ELSEWHERE)
    ]
    photograph, drawn = small(image), {one.id: small(ours(one, {})(image)) for one in methods}
    found = {name: Picture(beside(photograph, one), "A photograph and its map.") for name, one in drawn.items()}
    for family in (*discovery.declared(preprocessors, Family).values(), ALL):
        several = [one for one in methods if one.family is family or family is ALL][:MOST]
        if several:
            caption = f"A photograph, then {listed([one.id for one in several])}."
            found[family.id] = Picture(beside(photograph, *(drawn[one.id] for one in several)), caption)
    return found | {"OpticalFlow": _moving(image)}


def _moving(image: Tensor) -> Picture:
    """The photograph, the same turned and enlarged about its middle, and how it moved."""
    turned = cv2.warpAffine(
        image[0].numpy(),
        cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), 6, 1.06),
        (SIDE, SIDE),
        borderMode=cv2.BORDER_REFLECT,
    )
    frames = torch.cat([image, torch.from_numpy(turned)[None]])
    (first, second), moved = frames.split(1), ours(METHODS["OpticalFlowDIS"], {})(frames)
    caption = "A photograph, the same turned and enlarged a little, and how it moved, by Optical Flow DIS."
    return Picture(beside(small(first), small(second), small(moved)), caption)
