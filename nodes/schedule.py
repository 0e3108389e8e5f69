"""How a control's strength changes in the course of a run."""

from typing import get_args

from comfy_api.latest import io

from ..control.course import course
from ..control.schedule import Interpolation, Schedule
from ..host import peer_objects
from .applying import AnyKeyframes, basis_input
from .applying import ControlSchedule as Socket


class ControlSchedule(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureSchedule",
            display_name="Control Schedule",
            category="Armature/applying",
            description="Changes the strength during sampling, by text, keyframes, a curve or a list: at most one of "
            "them. With none the strength stays, and only the count of start and end changes.",
            search_aliases=["timestep keyframe", "strength schedule", "controlnet schedule"],
            inputs=[
                io.String.Input(
                    "text",
                    default="",
                    tooltip="Pairs of place and strength, like 0:1, 0.4:0.6, 1:0. They multiply Apply Control's.",
                ),
                io.Combo.Input(
                    "interpolation",
                    options=[*get_args(Interpolation), "hold"],
                    default="linear",
                    tooltip="How the strength goes from one place of the text, or keyframe, to the next; step jumps. "
                    "hold: as Advanced-ControlNet walks through its keyframes, with 1 before the first, and with the "
                    "steps that each is guaranteed.",
                ),
                basis_input("timestep"),
                AnyKeyframes.Input(
                    "keyframes", optional=True, tooltip="From Control Keyframe; they may bring weights and masks too."
                ),
                io.Custom("CURVE").Input(
                    "curve",
                    optional=True,
                    tooltip="From Curve Editor: from left to right the run, from bottom to top strength 0 to 1.",
                    extra_dict={"forceInput": True},
                ),
                io.Custom("FLOATS").Input(
                    "floats",
                    optional=True,
                    tooltip="A list of strengths, spread evenly over the run: with basis steps and as many as steps, "
                    "one for each.",
                    extra_dict={"forceInput": True},
                ),
            ],
            outputs=[Socket.Output(display_name="schedule", tooltip="For Apply Control.")],
        )

    @classmethod
    def execute(cls, text, interpolation, basis, keyframes=None, curve=None, floats=None) -> io.NodeOutput:
        value = None if curve is None else curve.interp
        found = course(text, peer_objects.keyframes(keyframes), value, floats, interpolation)
        return io.NodeOutput(Schedule(course=found, basis=basis))
