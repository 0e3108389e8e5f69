"""Strengths of successive images of a batch that go from one value to another."""

from comfy_api.latest import io

from ..control.latent_strengths import LatentStrengths
from ..control.ramp import RAMPS, image_ramp
from .applying import STRENGTHS
from .latent_strength import outputs, previous_input, strengths_after


class LatentStrengthRamp(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        number = {"default": 0, "min": -100000, "max": 100000}
        return io.Schema(
            node_id="ArmatureLatentStrengthRamp",
            display_name="Latent Strength Ramp",
            category="Armature/applying",
            description="Fades a control in or out over the images of a batch, or frames of a video.",
            search_aliases=["latent keyframe interpolation"],
            inputs=[
                io.Int.Input("first_image", tooltip="Its number; below 0 it counts from the end.", **number),
                io.Int.Input("end_image", tooltip="The first image behind, counted from the same side.", **number),
                io.Float.Input("first", tooltip="Strength of the first image.", **STRENGTHS),
                io.Float.Input("last", tooltip="Strength of the last image.", **STRENGTHS),
                io.Combo.Input(
                    "interpolation", options=list(RAMPS), default="linear", tooltip="How it goes between them."
                ),
                previous_input(),
            ],
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, first_image, end_image, first, last, interpolation, previous=None) -> io.NodeOutput:
        own = image_ramp(first_image, end_image, (first, last), interpolation)
        return io.NodeOutput(strengths_after(previous, LatentStrengths(own)))
