"""Line art by a network that learned from anime, as lllyasviel's annotator/lineart_anime asks it."""

from typing import Annotated

from torch import Tensor

from ..asking import by_frame
from ..declare import Network, Preprocessor, Replaced
from ..networks.line_art_anime import ANIME
from ..resize import rounded, smooth
from . import LINE_ART

MULTIPLE = 256  # pixels: the network halves a side eight times


def anime(
    image: Tensor,
    *,
    network: Annotated[Network, ANIME, "Weights for anime; netG.pth, MIT, is the usual one."],
) -> Tensor:
    """White lines on black as an animator draws them, even from photographs. For lineart_anime control models."""
    return drawn(image, network)


def drawn(image: Tensor, network: Network) -> Tensor:
    """(B, 3, H, W) fp32 in [0, 1]."""

    def ask(frame: Tensor) -> Tensor:
        height, width = frame.shape[-2:]
        larger = rounded(frame / 255, (height + -height % MULTIPLE, width + -width % MULTIPLE))
        return smooth(network(larger * 2 - 1), (height, width))

    return ((1 - by_frame(image, ask)) / 2).expand(-1, 3, -1, -1)


LINE_ART_ANIME = Preprocessor(
    id="LineArtAnime",
    title="Line Art Anime",
    run=anime,
    family=LINE_ART,
    flat=True,
    resize_image=rounded,
    aliases=("lineart anime",),
    replaces=(
        Replaced(
            id="AnimeLineArtPreprocessor",
            difference="2 of 255 levels: ours is not cut to 8 bits",
            widgets={"resolution": "resolution"},
            fixed={"network": ANIME.files[0].name},
        ),
    ),
)
