"""Normal maps from one convention of colours to another."""

from typing import Annotated

import torch
from torch import Tensor

from ..declare import Preprocessor
from . import NORMALS
from .conventions import Convention, arranged


def converted(
    image: Tensor,
    *,
    given: Annotated[
        Convention,
        "What the image is in: OpenGL (Blender, MoGe's normal_opengl) has red right and green up, "
        "DirectX (Unreal) green down, BAE red left, MiDaS 1.0 blue left and red to the viewer.",
    ] = "OpenGL",
    wanted: Annotated[
        Convention, "What the map shall be in: BAE for ControlNet 1.1 normalbae, MiDaS 1.0 for ControlNet 1.0 normal."
    ] = "BAE",
) -> Tensor:
    """The same normals in another convention, exactly. Black is no normal and stays black."""
    colours = image.float()
    surface = (colours > 0).any(1, keepdim=True)
    return torch.where(surface, arranged(colours, given, wanted), colours)


NORMALS_CONVERT = Preprocessor(
    id="NormalsConvert",
    title="Convert Normals",
    run=converted,
    family=NORMALS,
    flat=True,
    aliases=("opengl", "directx", "normal map convention", "flip green"),
)
