"""Depth from a picture, by MiDaS 3.0's DPT-hybrid, at the size that ControlNet's annotator ran it at: the image's."""

from typing import Annotated

from torch import Tensor

from ..asking import by_frame
from ..declare import Network, Preprocessor, Replaced
from ..network_input import normalized
from ..networks.midas import MIDAS
from . import DEPTH
from .nearness import shown

HALF = (0.5, 0.5, 0.5)


def depth_of_midas(
    image: Tensor, *, network: Annotated[Network, MIDAS, "MiDaS's weights: dpt_hybrid-midas-501f0c75.pt, MIT."]
) -> Tensor:
    """Depth from a photograph, by MiDaS, whose maps ControlNet 1.0 and 1.1 depth were trained on: near is white.

    It was trained at 384 pixels; a resolution from 384 to 768 serves it best.
    """
    return shown(midas(image, network))


def midas(image: Tensor, network: Network) -> Tensor:
    """(B, 1, H, W) fp32: nearness in the numbers of MiDaS, from 0 to some thousands."""
    return by_frame(image, lambda levels: network(normalized(levels / 255, HALF, HALF)))


DEPTH_MIDAS = Preprocessor(
    id="DepthMidas",
    title="MiDaS Depth",
    run=depth_of_midas,
    family=DEPTH,
    flat=True,
    aliases=("depth_midas", "dpt hybrid", "estimate depth"),
    replaces=(
        Replaced(
            id="MiDaS-DepthMapPreprocessor",
            difference="ours looks at the working size, as ControlNet's own does; theirs squashes all to 384 x 384",
            widgets={"a": None, "bg_threshold": None, "resolution": "resolution"},
            fixed={"network": MIDAS.files[0].name},
        ),
    ),
)
