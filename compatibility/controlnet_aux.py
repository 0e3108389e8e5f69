"""Fannovel16/comfyui_controlnet_aux: what our preprocessors declare that they stand for, and two nodes about size."""

from collections.abc import Iterable

from ..preprocessors.declare import Preprocessor, Replaced
from .declare import Counterpart, Pack

LIKE_THEIRS = {"keep_working_size": True, "alpha": "white"}  # they give the map at the working size
SIZES = {"image_gen_width": "width", "image_gen_height": "height", "resize_mode": "mode"}
FITTED = (
    Counterpart("PixelPerfectResolution", "ArmaturePixelPerfect", "none", SIZES, {"original_image": "image"}),
    Counterpart(
        "HintImageEnchance",
        "ArmatureFitHint",
        "none in labels, 0.5 of 255 levels in shades, up to 3 of 100 pixels in black and white and 5 of 100 in thin "
        "lines; a filled border may have another colour of the border",
        SIZES,
        {"hint_image": "image"},
        {"content": "auto"},
    ),
)


def controlnet_aux(preprocessors: Iterable[Preprocessor]) -> Pack:
    replaced = [_counterpart(one, theirs) for one in preprocessors for theirs in one.replaces]
    return Pack("comfyui_controlnet_aux", (*replaced, *FITTED))


def _counterpart(preprocessor: Preprocessor, replaced: Replaced) -> Counterpart:
    return Counterpart(
        replaced.id,
        f"Armature{preprocessor.id}",
        replaced.difference,
        replaced.widgets,
        replaced.sockets,
        LIKE_THEIRS | replaced.fixed,
        {index: index for index in range(len(preprocessor.outputs))},
        ignored={name: replaced.difference for name, ours in replaced.widgets.items() if ours is None},
    )
