"""Draw people by hand."""

import torch
from comfy_api.latest import io, ui

from ..errors import ArmatureError
from ..host.images import to_image, to_mask, to_planes
from ..host.schema import SOCKETS
from ..preprocessors.declare import Keypoints
from ..preprocessors.pose.controlnet import controlnet
from ..preprocessors.pose.mask import each_person
from ..preprocessors.pose.scene import frame
from .drawn import KEPT

POSES = SOCKETS[Keypoints]
EMPTY = {"v": 1, "size": [512, 768], "people": []}


class PoseEditor(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmaturePoseEditor",
            display_name="Pose Editor",
            category="Armature/preprocessors",
            description="Draws people's bodies, hands, faces and feet by hand, for openpose control models. Drag a "
            "point; a limb takes its whole person. The drawing is kept in the workflow.",
            search_aliases=["openpose editor", "draw pose", "skeleton", "dwpose", "keypoints"],
            **KEPT,
            inputs=[
                io.Custom("ARMATURE_POSE").Input(
                    "pose",
                    tooltip="The people. Tab goes from point to point, arrows move, H hides, Delete takes away.",
                    extra_dict={"default": EMPTY, "socketless": True},
                ),
                POSES.Input(
                    "poses",
                    optional=True,
                    tooltip="Keypoints from a pose node, drawn instead of what the editor holds. After a run the "
                    "editor can take them over.",
                ),
                io.Image.Input(
                    "image", optional=True, tooltip="Shown behind the people; the map has the size of this image."
                ),
                io.Boolean.Input(
                    "feet", default=False, tooltip="Draws toes and heels, which few models were trained with."
                ),
                io.Float.Input(
                    "grow",
                    default=5.0,
                    min=0.0,
                    max=50.0,
                    step=0.5,
                    tooltip="How far the masks go beyond the points, in percent of the longer side of a person's box.",
                ),
            ],
            outputs=[
                io.Image.Output(tooltip="The map, as Draw Pose makes it."),
                POSES.Output(tooltip="The people's points, in pixels."),
                io.Mask.Output(tooltip="One mask for each person, black where there is nobody."),
            ],
        )

    @classmethod
    def validate_inputs(cls, pose) -> bool | str:
        try:
            frame(pose)
        except ArmatureError as error:
            return str(error)
        return True

    @classmethod
    def execute(cls, pose, poses=None, image=None, feet=False, grow=5.0) -> io.NodeOutput:
        frames = poses if poses else [frame(pose)]
        planes = None if image is None else to_planes(image)
        drawn = controlnet(planes, poses=frames, feet=feet)
        masks = torch.cat([each_person(one, drawn.shape[-2:], grow) for one in frames])
        shown = {"armature_source": ui.PreviewImage(image[:1], cls=cls).values} if image is not None else {}
        return io.NodeOutput(to_image(drawn), frames, to_mask(masks), ui=shown | {"armature_pose": frames[:1]})
