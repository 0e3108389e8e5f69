"""Methods of comfyui_controlnet_aux that no node of ours replaces as a whole, beside ours: Otsu, normals of a depth."""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from importlib import import_module
from io import StringIO
from typing import Any

from torch import Tensor

from ..host.preprocessing import preprocess
from ..preprocessors.normals.midas import NORMALS_MIDAS
from ..preprocessors.running import Working
from ..preprocessors.sketch.threshold import THRESHOLD

Maker = Callable[[Tensor], Tensor]  # IMAGE to its map

BACKGROUND, CONTRAST, A = 0.1, 1000.0, 6.28


def pairs(nodes: dict[str, Any], side: int) -> Iterator[tuple[str, Maker, Maker]]:
    """Title, ours, theirs."""
    working = Working(side, keep=True)
    otsu = {"level": 127, "brightness": "grey", "otsu": True}
    yield (
        "Threshold, Otsu's (BinaryPreprocessor)",
        lambda image: preprocess(THRESHOLD, image, otsu, working)[0],
        partial(_otsu, nodes["BinaryPreprocessor"]()),
    )
    formula = {"background": BACKGROUND, "contrast": CONTRAST, "a": A, "convention": "MiDaS 1.0"}
    yield (
        "Normals of MiDaS 1.0 (MiDaS-NormalMapPreprocessor, depth given)",
        lambda image: preprocess(NORMALS_MIDAS, _depth(image), formula, working)[0],
        partial(_midas_normals, side),
    )


def _otsu(node: Any, image: Tensor) -> Tensor:
    with redirect_stdout(StringIO()):  # it prints the level
        return node.execute(image=image, bin_threshold=0, resolution=image.shape[1])[0]


def _depth(image: Tensor) -> Tensor:
    """The photograph's red as a depth, (1, H, W, 3) from 0 to 1."""
    red = image[..., :1]
    return ((red - red.min()) / (red.max() - red.min())).expand(-1, -1, -1, 3)


def _midas_normals(side: int, image: Tensor) -> Tensor:
    """What their node does, but for its network, which answers at once."""
    detector = import_module("custom_controlnet_aux.midas").MidasDetector

    class Answered(detector):
        def __init__(self):
            self.processor, self.device = lambda **given: {}, "cpu"
            self.model, self.predicted_depth = lambda: self, _depth(image)[..., 0] * CONTRAST

    call = sys.modules["comfyui_controlnet_aux"].utils.common_annotator_call
    both = partial(Answered(), a=A, bg_th=BACKGROUND, depth_and_normal=True)
    return call(lambda frame, **given: both(frame, **given)[1], image, resolution=side)
