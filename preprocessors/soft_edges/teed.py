"""Soft edges by TEED, as sd-webui-controlnet's annotator/teed combines them: the mean of four logits."""

from typing import Annotated

from torch import Tensor

from ..asking import by_frame
from ..declare import Network, Preprocessor, Range, Replaced
from ..networks.teed import TEED
from ..resize import rounded, two_tone
from . import SOFT_EDGES
from .finishing import STEPS, Kind, finished


def teed(
    image: Tensor,
    *,
    network: Annotated[Network, TEED, "TEED's weights; 7_model.pth is CC-BY-NC-SA-4.0, MTEED.pth OpenRAIL++-M."],
    safe_steps: Annotated[
        int,
        Range(0, 10, 1),
        "How many shades but black there are; 0 keeps all. Many hide a grey copy of the image, which control models "
        "find and repeat.",
    ] = STEPS,
    output: Kind = "soft",
) -> Tensor:
    """Fine soft edges, crisp and quick, by TEED; its usual weights are non-commercial. For softedge control models."""
    return by_frame(image, lambda frame: finished(edges(frame, network), output, safe_steps))


def edges(frame: Tensor, network: Network) -> Tensor:
    """(B, 1, H, W) in [0, 1]."""
    return network(frame).mean(1, keepdim=True).sigmoid()


TEED_EDGES = Preprocessor(
    id="TEED",
    title="TEED Soft Edges",
    run=teed,
    family=SOFT_EDGES,
    flat=True,
    resize_image=rounded,
    resize=two_tone,
    aliases=("softedge teed",),
    replaces=(
        Replaced(
            id="TEEDPreprocessor",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets={"safe_steps": "safe_steps", "resolution": "resolution"},
            fixed={"network": TEED.files[0].name, "output": "soft"},
        ),
    ),
)
