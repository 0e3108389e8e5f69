"""Content shuffle: an image warped by smooth noise until only its colours and textures are left.

lllyasviel/ControlNet-v1-1-nightly, annotator/shuffle.
"""

from collections.abc import Iterator
from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from .declare import Preprocessor, Range, Replaced
from .pixels import colours, from_colours

SWELL = 256  # pixels between two random values
SEEDS = Range(0, 2**64 - 1, 1)


def shuffle(
    image: Tensor,
    *,
    seed: Annotated[int, SEEDS, "Which warp; the same seed gives the same warp at the same size."] = 0,
    vary: Annotated[bool, "Warps every image of a batch its own way, image i as seed + i, not all alike."] = False,
) -> Iterator[Tensor]:
    """The image's colours and textures in another place, for shuffle control models."""
    warp = _warp(*image.shape[-2:], seed)
    for index, frame in enumerate(colours(image)):
        if vary and index:
            warp = _warp(*image.shape[-2:], seed + index)
        yield from_colours([cv2.remap(frame, *warp, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)], image.device)


def _warp(height: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y, (H, W) fp32 each: where each pixel comes from."""
    generator = np.random.default_rng(seed)
    down, along = _growth(height), _growth(width)
    few = generator.uniform(size=(2, down.shape[1], along.shape[1])).astype(np.float32)
    noise = down @ few @ along.T
    return tuple(cv2.normalize(n, n, 0, side - 1, cv2.NORM_MINMAX) for n, side in zip(noise, (width, height)))


def _growth(length: int) -> np.ndarray:
    """(length, few) fp32: a matrix that puts cubic values between a few, without the outer `SWELL` pixels."""
    few = length // SWELL + 2
    whole = cv2.resize(np.eye(few, dtype=np.float32), (few, length + 2 * SWELL), interpolation=cv2.INTER_CUBIC)
    return whole[SWELL : SWELL + length]


SHUFFLE = Preprocessor(
    id="Shuffle",
    title="Content Shuffle",
    run=shuffle,
    together=True,
    replaces=(
        Replaced(
            id="ShufflePreprocessor",
            difference="1 of 255 levels where both sides are multiples of 64, another warp elsewhere; their seed 0 is "
            "another warp at every run",
            widgets={"resolution": "resolution", "seed": "seed"},
            fixed={"vary": False},
        ),
    ),
)
