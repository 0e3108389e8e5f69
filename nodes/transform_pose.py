"""Scale, move and mirror people."""

from typing import get_args

from comfy_api.latest import io

from ..host.schema import SOCKETS
from ..preprocessors.declare import Keypoints
from ..preprocessors.pose.editing import About, mirrored, scaled, shifted
from ..preprocessors.pose.keypoints import edited

POSES = SOCKETS[Keypoints]


class TransformPose(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        percent = {"default": 0.0, "min": -500.0, "max": 500.0, "step": 0.5}
        return io.Schema(
            node_id="ArmatureTransformPose",
            display_name="Transform Pose",
            category="Armature/preprocessors",
            description="Mirrors, then scales, then moves the people on their canvas. Points that leave it are kept.",
            search_aliases=["scale pose", "mirror pose", "flip keypoints", "move pose"],
            inputs=[
                POSES.Input("poses", tooltip="Keypoints of people, from any pose node."),
                io.Boolean.Input("mirror", default=False, tooltip="Exchanges left and right."),
                io.Float.Input("scale", default=1.0, min=0.01, max=10.0, step=0.01, tooltip="Times the size."),
                io.Combo.Input(
                    "about",
                    options=list(get_args(About)),
                    default="canvas",
                    tooltip="What stays in place when scaled: the canvas's centre, or each person's own.",
                ),
                io.Float.Input("right", **percent, tooltip="How far to the right, in percent of the canvas's width."),
                io.Float.Input("down", **percent, tooltip="How far down, in percent of the canvas's height."),
            ],
            outputs=[POSES.Output(tooltip="The same people on the same canvas, in pixels.")],
        )

    @classmethod
    def execute(cls, poses, mirror, scale, about, right, down) -> io.NodeOutput:
        def edit(pose):
            return shifted(scaled(mirrored(pose) if mirror else pose, scale, about), right, down)

        return io.NodeOutput(edited(poses, edit))
