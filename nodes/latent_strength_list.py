"""Strengths of the images of a batch from a list."""

from comfy_api.latest import io

from ..control.latent_strengths import LatentStrengths
from ..control.ramp import as_list
from .applying import float_list_input
from .latent_strength import outputs, previous_input, strengths_after


class LatentStrengthList(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureLatentStrengthList",
            display_name="Latent Strengths from List",
            category="Armature/applying",
            description="The strength of a control for each image of the batch, or frame of a video, in their order.",
            search_aliases=["latent keyframe from list"],
            inputs=[
                float_list_input("strengths"),
                previous_input(),
            ],
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, strengths, previous=None) -> io.NodeOutput:
        own = LatentStrengths(tuple(enumerate(as_list(strengths))))
        return io.NodeOutput(strengths_after(previous, own))
