"""What the practice model's control adds in a run."""

import nodes as comfy_nodes

from ..fidelity.sheets import CELL, ROW
from ..host.loading import load_control
from ..host.practice import load_photo, load_practice_model
from ..nodes.residuals import Residuals
from ..preprocessors.edges.canny import canny
from .help_tiles import Picture, pixels

STEPS, BLOCKS = 6, 5


def of_residuals() -> dict[str, Picture]:
    """A real run of the practice model."""
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
    return {"Residuals": Picture(upper, "The first blocks of the practice model's canny control in a run.")}
