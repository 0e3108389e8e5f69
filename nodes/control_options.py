"""What few people need of how a control is applied."""

from typing import get_args

from comfy_api.latest import io

from ..control.hint import Batching, Filter, Fit, Resizing
from ..control.options import Areas, Options, sizes_between
from .applying import ControlOptions as Socket

MODES = {"balanced": "balanced", "prompt is more important": "prompt", "control is more important": "control"}


class ControlOptions(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        side = {"default": 0, "min": 0, "max": 16384, "advanced": True}
        return io.Schema(
            node_id="ArmatureControlOptions",
            display_name="Control Options",
            category="Armature/applying",
            description="Control modes, the negative prompt's part, how images are brought to size, and more. As it "
            "comes it changes nothing.",
            search_aliases=["control mode", "guess mode", "uncond multiplier", "resize mode", "pixel perfect"],
            inputs=[
                io.Combo.Input(
                    "mode",
                    options=list(MODES),
                    default="balanced",
                    tooltip="Those of sd-webui. prompt is more important: soft block weights. control is more "
                    "important: the same, and no control of the negative prompt, which saves half of its time.",
                ),
                io.Float.Input(
                    "uncond_multiplier",
                    default=1.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    tooltip="Multiplies the strength for the negative prompt. At 0 no network runs for it.",
                ),
                io.Combo.Input(
                    "resizing",
                    options=list(get_args(Resizing)),
                    default="crop",
                    tooltip="What happens to an image of another shape than the latent's. crop: cut at the centre. "
                    "stretch: distorted. fit: whole, between black bars. fill edge: whole, its border continued.",
                ),
                io.Combo.Input(
                    "filter",
                    options=list(get_args(Filter)),
                    default="nearest",
                    tooltip="How it is resized. nearest is ComfyUI's; area suits shrinking, bicubic growing; auto "
                    "takes nearest for maps of few colours, and else the one that suits.",
                ),
                io.Combo.Input(
                    "batch",
                    options=list(get_args(Batching)),
                    default="cycle",
                    tooltip="Where there are fewer images, or masks, than latents. cycle: from the first again. hold: "
                    "the last for the rest. error: stop.",
                ),
                io.Boolean.Input(
                    "pooled_on_positive_only",
                    default=False,
                    advanced=True,
                    tooltip="A shuffle ControlNet, whose control is averaged over the image, leaves the negative "
                    "prompt alone, as in sd-webui and diffusers. Off: as in ComfyUI.",
                ),
                io.Int.Input(
                    "smallest",
                    tooltip="Acts only on latents whose longer side is at least this; a latent pixel is 8 of the "
                    "image. To control the second pass of a hires fix only.",
                    **side,
                ),
                io.Int.Input(
                    "largest",
                    tooltip="Acts only on latents whose longer side is at most this; 0 is no limit. To control the "
                    "first pass only.",
                    **side,
                ),
                io.Int.Input(
                    "reuse",
                    default=1,
                    min=1,
                    max=10,
                    advanced=True,
                    tooltip="Runs the network at every n-th step and uses what it gave until then. Approximate: saves "
                    "time and changes the image. 1 is exact. No effect on ControlNet-XS, LLLite and ComfyUI's own.",
                ),
                io.Combo.Input(
                    "areas",
                    options=list(get_args(Areas)),
                    default="crop",
                    tooltip="For prompts with an area, or a mask that sets one. crop: the control sees its map and "
                    "mask there. squeeze: all of the map is squeezed into the area, as ComfyUI does.",
                ),
            ],
            outputs=[Socket.Output(display_name="options", tooltip="For Apply Control, or for Latent Strengths.")],
        )

    @classmethod
    def execute(
        cls,
        mode,
        uncond_multiplier,
        resizing,
        filter,
        batch,
        pooled_on_positive_only,
        smallest,
        largest,
        reuse,
        areas="crop",
    ) -> io.NodeOutput:
        return io.NodeOutput(
            Options(
                mode=MODES[mode],
                uncond=uncond_multiplier,
                pooled_uncond=not pooled_on_positive_only,
                fit=Fit(resizing, filter, batch),
                sizes=sizes_between(smallest, largest),
                reuse=reuse,
                areas=areas,
            )
        )
