"""Line art by a network that learned to leave out screentone, as sd-webui-controlnet's annotator/manga_line asks it."""

from typing import Annotated

import torch
from torch import Tensor

from ..asking import by_frame
from ..declare import Network, Preprocessor, Replaced
from ..networks.line_art_manga import MANGA
from ..pixels import eight_bit, grey
from ..resize import rounded
from . import LINE_ART


def manga(
    image: Tensor,
    *,
    network: Annotated[Network, MANGA, "Weights for manga; erika.pth, MIT, is the usual one."],
) -> Tensor:
    """White structural lines on black from manga, without its screentone. For lineart_anime control models."""
    return drawn(image, network)


def drawn(image: Tensor, network: Network) -> Tensor:
    """(B, 3, H, W) fp32 in [0, 1]."""

    def ask(frame: Tensor) -> Tensor:
        shades = torch.from_numpy(grey(eight_bit(frame / 255)[0])).to(frame)
        return network(shades[None, None])

    return 1 - (by_frame(image, ask) / 255).clamp(0, 1).expand(-1, 3, -1, -1)


LINE_ART_MANGA = Preprocessor(
    id="LineArtManga",
    title="Line Art Manga",
    run=manga,
    family=LINE_ART,
    flat=True,
    resize_image=rounded,
    aliases=("manga line", "lineart anime denoise"),
    replaces=(
        Replaced(
            id="Manga2Anime_LineArt_Preprocessor",
            difference="1 of 255 levels; a resolution that is no multiple of 256 is the next one there",
            widgets={"resolution": "resolution"},
            fixed={"network": MANGA.files[0].name},
        ),
    ),
)
