"""One place in a run, and what holds from there on."""

from dataclasses import replace

from comfy_api.latest import io

from .applying import AnyKeyframes, AnyWeights, ControlKeyframes
from .keyframes import chained, lasting, lasting_inputs


class ControlKeyframe(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureKeyframe",
            display_name="Control Keyframe",
            category="Armature/applying",
            description="A strength, block weights and a mask from one place in sampling on. Chain several, then "
            "connect the last to Control Schedule. Of two at one place the later in the chain wins.",
            search_aliases=["timestep keyframe"],
            inputs=[
                io.Float.Input(
                    "start",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.001,
                    tooltip="Part of sampling at which it holds, counted as Control Schedule says.",
                ),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=-10.0,
                    max=10.0,
                    step=0.01,
                    tooltip="Multiplies the strength of Apply Control; between keyframes it is interpolated.",
                ),
                AnyWeights.Input(
                    "weights",
                    optional=True,
                    tooltip="Block weights from here on. Without them those before go on, or those of Apply Control.",
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="Where the control acts from here on. Without it the mask before it goes on.",
                ),
                AnyKeyframes.Input("previous", optional=True, tooltip="The keyframes before it in the chain."),
                *lasting_inputs(),
                io.Int.Input(
                    "guarantee_steps",
                    default=0,
                    min=0,
                    max=10000,
                    optional=True,
                    advanced=True,
                    tooltip="Steps that it lasts at least before the next may begin. For keyframes that hold: those "
                    "connected to Apply Control itself, or through Control Schedule with interpolation hold.",
                ),
            ],
            outputs=[
                ControlKeyframes.Output(display_name="keyframes", tooltip="For Control Schedule, or the next one.")
            ],
        )

    @classmethod
    def execute(
        cls,
        start,
        strength,
        weights=None,
        mask=None,
        previous=None,
        images=None,
        other_images=0.0,
        inherit=True,
        guarantee_steps=0,
    ) -> io.NodeOutput:
        frame = lasting(start, strength, weights, mask, images, other_images, inherit)
        return io.NodeOutput(chained(previous, replace(frame, guaranteed=guarantee_steps)))
