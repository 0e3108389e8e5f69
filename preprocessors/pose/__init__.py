"""Poses: keypoints of people, as ComfyUI's POSE_KEYPOINT carries them, and the drawings that control models know."""

from typing import Annotated

from ..declare import Family, Keypoints, Range

DRAW_POSE = Family(
    id="DrawPose",
    title="Draw Pose",
    help="Draws the skeletons that pose control models were trained with, from keypoints of any node: ComfyUI's "
    "SDPose, comfyui_controlnet_aux or OpenPose's JSON, in pixels or in 0 to 1. The drawing has the image's size; "
    "without an image it has the keypoints' canvas, brought to the resolution.",
    default="DrawPoseControlNet",
)

Poses = Annotated[Keypoints, "Keypoints of people, one canvas a frame."]
SCORE = Range(0, 1, 0.01)
SCORE_HELP = "Points that their finder is less sure of than this are left out."
