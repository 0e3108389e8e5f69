"""AnyLine: MTEED's soft edges with the lines of a line art method screened over them, made for MistoLine.

TheMistoAI/ComfyUI-Anyline, anyline.py, and comfyui_controlnet_aux, node_wrappers/anyline.py.
"""

from typing import Annotated, Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from ..asking import by_frame
from ..declare import Advanced, Network, Preprocessor, Range, Replaced, When
from ..line_art import anime, manga, realistic
from ..line_art.standard import line_art
from ..networks.line_art import REALISTIC
from ..networks.line_art_anime import ANIME
from ..networks.line_art_manga import MANGA
from ..networks.teed import MTEED
from ..resize import rounded
from . import SOFT_EDGES
from .finishing import STEPS, finished
from .teed import edges

Lines = Literal["lineart_standard", "lineart_realisitic", "lineart_anime", "manga_line"]  # spelt as in workflows
BOUND = Range(0, 1, 0.01)
SIGMA, THRESHOLD = 2.0, 3  # of standard line art
CHANNELS = 3  # in each of which AnyLine counts a pixel


def anyline(
    image: Tensor,
    *,
    network: Annotated[Network, MTEED, "MTEED's weights; MTEED.pth, OpenRAIL++-M, is what MistoLine knows."],
    lines: Annotated[Lines, "The line art that is laid over the soft edges."] = "lineart_standard",
    lower: Annotated[float, BOUND, Advanced(), "Lines fainter than this are dropped."] = 0.0,
    upper: Annotated[float, BOUND, Advanced(), "Lines brighter than this are dropped."] = 1.0,
    smallest: Annotated[
        int,
        Range(1, 16384, 1),
        "Specks of lines with fewer pixels than a third of this are dropped; AnyLine counts three channels.",
    ] = 36,
    connectivity: Annotated[
        int, Range(1, 3, 1), Advanced(), "Pixels of one line share a side; above 1, a corner is enough."
    ] = 1,
    realistic_network: Annotated[
        Network, REALISTIC, When("lines", "lineart_realisitic"), "Weights of realistic lines, MIT."
    ],
    anime_network: Annotated[Network, ANIME, When("lines", "lineart_anime"), "Weights of anime lines, MIT."],
    manga_network: Annotated[Network, MANGA, When("lines", "manga_line"), "Weights of manga lines, MIT."],
) -> Tensor:
    """Soft edges with fine clean lines over them, best at a resolution of 1280. For MistoLine."""
    over = {
        "lineart_standard": lambda: _standard(image).floor(),
        "lineart_realisitic": lambda: (realistic.drawn(image, realistic_network) * 255).ceil(),
        "lineart_anime": lambda: (anime.drawn(image, anime_network) * 255).ceil(),
        "manga_line": lambda: (manga.drawn(image, manga_network) * 255).ceil(),
    }
    drawn = over[lines]() / 255  # in 8 bits, which say where there is no line at all
    drawn = drawn * ((drawn >= lower) & (drawn <= upper))
    soft = by_frame(image, lambda frame: finished(edges(frame, network), "soft", STEPS) * 255).floor() / 255
    return 1 - (1 - soft) * (1 - drawn * _large(drawn > 0, smallest / CHANNELS, connectivity))


def _standard(image: Tensor) -> Tensor:
    return by_frame(image, lambda frame: line_art(frame / 255, sigma=SIGMA, threshold=THRESHOLD) * 255)


def _large(lines: Tensor, smallest: float, connectivity: int) -> Tensor:
    """(B, 1, H, W) bool: the connected lines of (B, 3, H, W) bool in grey that have so many pixels."""
    kept = []
    for frame in lines[:, 0].byte().cpu().numpy():
        _, labels, facts, _ = cv2.connectedComponentsWithStats(frame, connectivity=4 if connectivity == 1 else 8)
        large = facts[:, cv2.CC_STAT_AREA] >= smallest
        large[0] = False  # what is no line
        kept.append(large[labels])
    return torch.from_numpy(np.stack(kept)[:, None]).to(lines.device)


SOFT_EDGES_ANYLINE = Preprocessor(
    id="AnyLine",
    title="AnyLine Soft Edges",
    run=anyline,
    family=SOFT_EDGES,
    flat=True,
    resize_image=rounded,
    aliases=("mteed", "mistoline", "softedge anyline"),
    replaces=(
        Replaced(
            id="AnyLineArtPreprocessor_aux",
            difference="none; 1 of 255 levels with anime lines",
            widgets={
                "merge_with_lineart": "lines",
                "resolution": "resolution",
                "lineart_lower_bound": "lower",
                "lineart_upper_bound": "upper",
                "object_min_size": "smallest",
                "object_connectivity": "connectivity",
            },
            fixed={
                "network": MTEED.files[0].name,
                "realistic_network": REALISTIC.files[0].name,
                "anime_network": ANIME.files[0].name,
                "manga_network": MANGA.files[0].name,
            },
        ),
    ),
)
