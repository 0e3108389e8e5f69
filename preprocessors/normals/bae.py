"""Normals from a picture, by NormalBAE."""

from typing import Annotated

from torch import Tensor

from ..asking import by_frame
from ..declare import Network, Preprocessor, Replaced
from ..network_input import normalized
from ..networks.normal_bae import NORMAL_BAE
from . import NORMALS
from .conventions import Convention, arranged


def normals_of_bae(
    image: Tensor,
    *,
    network: Annotated[Network, NORMAL_BAE, "NormalBAE's weights: scannet.pt, MIT."],
    convention: Annotated[
        Convention, "BAE for ControlNet 1.1 normalbae and most others, MiDaS 1.0 for ControlNet 1.0."
    ] = "BAE",
) -> Tensor:
    """Normals from a photograph, by NormalBAE, whose maps control_v11p_sd15_normalbae was trained on."""
    directions = by_frame(image, lambda levels: network(normalized(levels / 255)))
    return arranged((directions * 0.5 + 0.5).clamp(0, 1), "BAE", convention)


NORMALS_BAE = Preprocessor(
    id="NormalsBAE",
    title="Normals by BAE",
    run=normals_of_bae,
    family=NORMALS,
    flat=True,
    aliases=("normal_bae", "normalbae", "estimate normals"),
    replaces=(
        Replaced(
            id="BAE-NormalMapPreprocessor",
            difference="1 of 255 levels: ours is not cut to 8 bits",
            widgets={"resolution": "resolution"},
            fixed={"network": NORMAL_BAE.files[0].name, "convention": "BAE"},
        ),
    ),
)
