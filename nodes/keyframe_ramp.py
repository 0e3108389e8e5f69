"""Keyframes whose strength goes from one value to another."""

from comfy_api.latest import io

from ..control.ramp import RAMPS, evenly, ramp
from .keyframes import chained, lasting, output, several_inputs


class KeyframeRamp(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        place = {"min": 0.0, "max": 1.0, "step": 0.001}
        strength = {"min": -10.0, "max": 10.0, "step": 0.001}
        return io.Schema(
            node_id="ArmatureKeyframeRamp",
            display_name="Keyframe Ramp",
            category="Armature/applying",
            description="Several keyframes whose strength goes from one value to another in even steps, to stand among "
            "other keyframes.",
            search_aliases=["timestep keyframe interpolation"],
            inputs=[
                io.Float.Input("start", default=0.0, tooltip="Part of sampling at which the first begins.", **place),
                io.Float.Input("end", default=1.0, tooltip="Part of sampling at which the last begins.", **place),
                io.Float.Input("first", default=1.0, tooltip="Strength of the first.", **strength),
                io.Float.Input("last", default=1.0, tooltip="Strength of the last.", **strength),
                io.Combo.Input(
                    "interpolation", options=list(RAMPS), default="linear", tooltip="How it goes between them."
                ),
                io.Int.Input("keyframes", default=50, min=2, max=100, tooltip="Their number."),
                *several_inputs(),
            ],
            outputs=output(),
        )

    @classmethod
    def execute(
        cls,
        start,
        end,
        first,
        last,
        interpolation,
        keyframes,
        weights=None,
        mask=None,
        previous=None,
        images=None,
        other_images=0.0,
        inherit=True,
    ) -> io.NodeOutput:
        like = lasting(start, first, weights, mask, images, other_images, inherit)
        strengths = ramp(first, last, keyframes, interpolation)
        return io.NodeOutput(chained(previous, *evenly(start, end, strengths, like)))
