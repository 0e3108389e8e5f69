"""Give single images of a batch strengths of their own."""

from dataclasses import replace

from comfy_api.latest import io

from ..control.latent_strengths import EXAMPLE, LatentStrengths, parse_strengths
from .applying import STRENGTHS, ControlOptions, chosen
from .latent_strength import outputs, previous_input, strengths_after


class LatentStrengthsNode(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureLatentStrengths",
            display_name="Latent Strengths",
            category="Armature/applying",
            description="Multiplies the strength of a control for single images of the batch, or frames of a video.",
            search_aliases=["latent keyframe", "batch strength"],
            inputs=[
                io.String.Input(
                    "text",
                    default="",
                    multiline=True,
                    tooltip=f"Like {EXAMPLE}: image 0, images 4 to 7, the last one. Images are numbered from 0; of "
                    "several entries for an image the last wins.",
                ),
                io.Float.Input("others", tooltip="What the images that the text does not name have.", **STRENGTHS),
                io.Latent.Input(
                    "latent", optional=True, tooltip="The batch; needed for numbers that count from its end."
                ),
                ControlOptions.Input("options", optional=True, tooltip="From Control Options, to have both."),
                previous_input(),
            ],
            outputs=[ControlOptions.Output(display_name="options", tooltip="For Apply Control."), *outputs()],
        )

    @classmethod
    def execute(cls, text, others, latent=None, options=None, previous=None) -> io.NodeOutput:
        named = parse_strengths(text, None if latent is None else latent["samples"].shape[0])
        found = strengths_after(previous, LatentStrengths(named))
        with_options = replace(chosen(options), strengths=found.strengths, strength_of_others=others)
        return io.NodeOutput(with_options, found)
