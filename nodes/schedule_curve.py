"""How a control's strength changes in the course of a run, as a curve that is drawn."""

from comfy_api.latest import io

from ..control.drawn import drawn_curve
from ..control.schedule import Curve, Schedule
from ..host.curves import curve_function
from .applying import ControlSchedule, basis_input
from .drawn import problem

CONSTANT = {"v": 1, "points": [[0, 1], [1, 1]], "interpolation": "linear"}


class ScheduleCurve(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureScheduleCurve",
            display_name="Schedule Curve",
            category="Armature/applying",
            description="Draws how the strength changes during sampling, over the steps of the connected sampler. Copy "
            "and paste reads and writes the text of Control Schedule.",
            search_aliases=["strength curve", "control curve", "schedule editor", "timestep keyframe"],
            inputs=[
                io.Custom("CURVE").Input(
                    "curve",
                    tooltip="From left to right the run, from bottom to top strength 0 to 1. A connected curve, from "
                    "Curve Editor for example, takes the place of the drawn one.",
                    extra_dict={"widgetType": "ARMATURE_SCHEDULE_CURVE", "default": CONSTANT},
                ),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=-10.0,
                    max=10.0,
                    step=0.01,
                    tooltip="What the top of the curve stands for. The curve multiplies Apply Control's strength.",
                ),
                basis_input("steps"),
            ],
            outputs=[ControlSchedule.Output(display_name="schedule", tooltip="For Apply Control.")],
        )

    @classmethod
    def validate_inputs(cls, curve=None) -> bool | str:
        return problem(drawn_curve, curve)

    @classmethod
    def execute(cls, curve, strength, basis) -> io.NodeOutput:
        value = curve_function(curve)
        return io.NodeOutput(Schedule(course=Curve(lambda progress: strength * value(progress)), basis=basis))
