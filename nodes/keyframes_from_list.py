"""Keyframes from a list of strengths."""

from comfy_api.latest import io

from ..control.ramp import as_list, evenly
from .applying import float_list_input
from .keyframes import chained, lasting, output, several_inputs


class KeyframesFromList(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        place = {"min": 0.0, "max": 1.0, "step": 0.001}
        return io.Schema(
            node_id="ArmatureKeyframesFromList",
            display_name="Keyframes from List",
            category="Armature/applying",
            description="A keyframe for each strength of a list, in even distances.",
            search_aliases=["timestep keyframe from list"],
            inputs=[
                float_list_input("strengths"),
                io.Float.Input("start", default=0.0, tooltip="Part of sampling at which the first begins.", **place),
                io.Float.Input("end", default=1.0, tooltip="Part of sampling at which the last begins.", **place),
                *several_inputs(),
            ],
            outputs=output(),
        )

    @classmethod
    def execute(
        cls,
        strengths,
        start,
        end,
        weights=None,
        mask=None,
        previous=None,
        images=None,
        other_images=0.0,
        inherit=True,
    ) -> io.NodeOutput:
        like = lasting(start, 1.0, weights, mask, images, other_images, inherit)
        return io.NodeOutput(chained(previous, *evenly(start, end, as_list(strengths), like)))
