"""One person of several."""

from typing import get_args

from comfy_api.latest import io

from ..host.schema import SOCKETS
from ..preprocessors.declare import Keypoints
from ..preprocessors.pose.editing import Order, alone
from ..preprocessors.pose.keypoints import edited

POSES = SOCKETS[Keypoints]


class SelectPerson(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureSelectPerson",
            display_name="Select Person",
            category="Armature/preprocessors",
            description="Keeps one person of each frame. A frame with fewer people becomes empty.",
            search_aliases=["filter people", "choose person", "keypoints"],
            inputs=[
                POSES.Input("poses", tooltip="Keypoints of people, from any pose node."),
                io.Int.Input("index", default=0, min=0, max=999, tooltip="Which person, counted from 0."),
                io.Combo.Input(
                    "order",
                    options=list(get_args(Order)),
                    default="as given",
                    tooltip="What is counted: as the pose node found them, from the left, or from the largest.",
                ),
            ],
            outputs=[POSES.Output(tooltip="At most one person a frame, in pixels.")],
        )

    @classmethod
    def execute(cls, poses, index, order) -> io.NodeOutput:
        return io.NodeOutput(edited(poses, lambda pose: alone(pose, index, order)))
