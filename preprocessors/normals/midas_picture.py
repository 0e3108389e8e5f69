"""Normals from a picture as ControlNet 1.0 was trained on: MiDaS's depth and its slopes, in its own numbers."""

import math
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from ..declare import Advanced, Network, Preprocessor, Range, Replaced
from ..depth.midas import midas
from ..networks.midas import MIDAS
from . import NORMALS
from .conventions import Convention, arranged
from .midas import leaning


def normals_by_midas(
    image: Tensor,
    *,
    network: Annotated[Network, MIDAS, "MiDaS's weights: dpt_hybrid-midas-501f0c75.pt, MIT."],
    background: Annotated[
        float, Range(0, 1, 0.01), "What is farther than this part of the depth faces the viewer; the demo took 0.4."
    ] = 0.1,
    a: Annotated[
        float, Range(0.01, 15.71, 0.01), Advanced(), "How far every normal leans to the viewer: 2 pi in training."
    ] = round(2 * math.pi, 2),
    convention: Annotated[Convention, "MiDaS 1.0 is what control_sd15_normal was trained on."] = "MiDaS 1.0",
) -> Tensor:
    """Normals from a photograph by MiDaS and the formula of ControlNet 1.0, for control_sd15_normal.

    Slopes are a pixel's: set resolution to 512, which it was trained at.
    """
    depths = [midas(frame, network)[0, 0].cpu().numpy() for frame in image.split(1)]
    slopes = np.stack([leaning(depth, background, 1.0, a) for depth in depths])
    return arranged(torch.from_numpy(slopes).to(image.device) * 0.5 + 0.5, "MiDaS 1.0", convention)


NORMALS_BY_MIDAS = Preprocessor(
    id="NormalsByMidas",
    title="Normals by MiDaS",
    run=normals_by_midas,
    family=NORMALS,
    flat=True,
    aliases=("normal_midas", "control_sd15_normal"),
    replaces=(
        Replaced(
            id="MiDaS-NormalMapPreprocessor",
            difference="ours looks at the working size, as ControlNet's own does; theirs squashes all to 384 x 384",
            widgets={"a": "a", "bg_threshold": "background", "resolution": "resolution"},
            fixed={"network": MIDAS.files[0].name, "convention": "MiDaS 1.0"},
        ),
    ),
)
