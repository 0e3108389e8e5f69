"""Poses found in images: keypoints of the people there, and their skeletons drawn."""

from ..declare import Family, Image, Keypoints, Output

POSE = Family(
    id="Pose",
    title="Pose",
    help="Finds people and draws their skeletons at the image's size, whatever the resolution. The keypoints, in "
    "pixels and with scores, go into Draw Pose for another drawing, into Transform Pose, Select Person and Pose Mask. "
    "A frame without people is black and has none.",
    default="DWPose",
)
OUTPUTS = (
    Output(Image, "Skeletons, one drawing for each image."),
    Output(Keypoints, "The people of each image, in pixels, with scores.", "keypoints"),
)
