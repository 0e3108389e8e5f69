"""What comes with the practice model: its photo, its scenes, and what its control adds in a run."""

import nodes as comfy_nodes

from ..fidelity.sheets import CELL, ROW
from ..host.loading import load_control
from ..host.practice import load_photo, load_practice_model
from ..host.practice_scene import load_scene
from ..nodes.residuals import Residuals
from ..preprocessors.edges.canny import canny
from .help_tiles import Picture, beside, pixels, small

SCENE, STEPS, BLOCKS = 23, 6, 5


def of_practice() -> dict[str, Picture]:
    """By the ends of the nodes' ids."""
    scene = load_scene(SCENE, 256)
    maps = scene.image, scene.depth, scene.segments, scene.nearest[..., None].expand(-1, -1, -1, 3)
    return {
        "PracticePhoto": Picture(pixels(load_photo()), "The photo."),
        "PracticeScene": Picture(
            beside(*map(small, maps)), f"{scene.caption.capitalize()}: image, depth, segments and nearest."
        ),
        "Residuals": _residuals(),
    }


def _residuals() -> Picture:
    """Of a real run."""
    model, clip, _ = load_practice_model()
    positive, negative = (comfy_nodes.CLIPTextEncode().encode(clip, text)[0] for text in ("a photo of a cup", ""))
    picture, *_ = Residuals.execute(
        model=model,
        positive=positive,
        negative=negative,
        control_net=load_control("practice_canny.safetensors"),
        image=canny(load_photo().movedim(-1, 1)).movedim(1, -1),
        latent=comfy_nodes.EmptyLatentImage().generate(256, 256)[0],
        seed=1,
        steps=STEPS,
        cfg=3.0,
        sampler_name="euler",
        scheduler="normal",
        strength=1.0,
        start_percent=0.0,
        end_percent=1.0,
        brightest="of its block",
    ).args
    upper = pixels(picture)[: ROW + BLOCKS * (CELL + ROW)]
    return Picture(upper, "The first blocks of the practice model's canny control in a run.")
