"""Line art by a network that learned from photographs and drawings, as lllyasviel's annotator/lineart asks it."""

from typing import Annotated, Literal

from torch import Tensor

from ..asking import by_frame
from ..declare import Network, Preprocessor, Replaced, When
from ..networks.line_art import COARSE, REALISTIC
from ..resize import rounded
from . import LINE_ART


def realistic(
    image: Tensor,
    *,
    network: Annotated[
        Network, REALISTIC, When("coarse", "disable"), "Weights for fine lines; sk_model.pth, MIT, is the usual one."
    ],
    coarse: Annotated[Literal["disable", "enable"], "Fewer and broader lines, by weights of their own."] = "disable",
    coarse_network: Annotated[
        Network, COARSE, When("coarse", "enable"), "Weights for coarse lines; sk_model2.pth, MIT, is the usual one."
    ],
) -> Tensor:
    """White pen strokes on black from a photograph, fine or coarse. For lineart control models."""
    return drawn(image, coarse_network if coarse == "enable" else network)


def drawn(image: Tensor, network: Network) -> Tensor:
    """(B, 3, H, W) fp32 in [0, 1]."""
    return 1 - by_frame(image, lambda frame: network(frame / 255)).expand(-1, 3, -1, -1)


LINE_ART_REALISTIC = Preprocessor(
    id="LineArtRealistic",
    title="Line Art Realistic",
    run=realistic,
    family=LINE_ART,
    flat=True,
    resize_image=rounded,
    aliases=("lineart realistic", "lineart coarse"),
    replaces=(
        Replaced(
            id="LineArtPreprocessor",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets={"coarse": "coarse", "resolution": "resolution"},
            fixed={"network": REALISTIC.files[0].name, "coarse_network": COARSE.files[0].name},
        ),
    ),
)
