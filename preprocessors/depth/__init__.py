"""Depth: near is white, far is black."""

from ..declare import Family

DEPTH = Family(
    id="Depth",
    title="Depth",
    help="Near is white and far is black, in full precision, from a picture or from depth of any kind. For depth "
    "control models.",
    default="DepthAnythingV2",
)
