"""Optical flow: how each pixel of a video moves from one frame to another."""

from ..declare import Family

FLOW = Family(
    id="OpticalFlow",
    title="Optical Flow",
    help="How a video moves, in the colours of Middlebury: hue is the direction, saturation the speed; white is rest. "
    "Give the frames as a batch; each gets a map.",
    default="OpticalFlowDIS",
)
