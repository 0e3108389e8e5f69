"""Soft edges by PiDiNet, as lllyasviel/ControlNet-v1-1-nightly's annotator/pidinet asks it: in BGR."""

from typing import Annotated

from torch import Tensor

from ..asking import by_frame
from ..declare import Network, Preprocessor, Replaced
from ..networks.pidinet import PIDINET
from ..resize import rounded, two_tone
from . import SOFT_EDGES
from .finishing import STEPS, Kind, Safe, finished


def pidinet(
    image: Tensor,
    *,
    network: Annotated[
        Network, PIDINET, "PiDiNet's weights; table5_pidinet.pth is for research, its authors sell other use."
    ],
    safe: Safe = "enable",
    output: Kind = "soft",
) -> Tensor:
    """Soft edges of objects more than of textures, by PiDiNet, whose weights are for research. For softedge models."""
    steps = STEPS if safe == "enable" else 0
    return by_frame(image, lambda frame: finished(network(frame.flip(1) / 255).sigmoid(), output, steps))


THEIRS = {"safe": "safe", "resolution": "resolution"}
WEIGHTS = {"network": PIDINET.files[0].name}
PIDINET_EDGES = Preprocessor(
    id="PiDiNet",
    title="PiDiNet Soft Edges",
    run=pidinet,
    family=SOFT_EDGES,
    flat=True,
    resize_image=rounded,
    resize=two_tone,
    aliases=("softedge pidinet", "pidi", "scribble pidinet", "sketch pidi"),
    replaces=(
        Replaced(
            id="PiDiNetPreprocessor",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets=THEIRS,
            fixed=WEIGHTS | {"output": "soft"},
        ),
        Replaced(
            id="Scribble_PiDiNet_Preprocessor",
            difference="theirs thins and thickens the strokes twice: 16 % of the pixels",
            widgets=THEIRS,
            fixed=WEIGHTS | {"output": "scribble"},
        ),
    ),
)
