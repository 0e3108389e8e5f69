"""Recolour: an image without its colours."""

from ..declare import Family

RECOLOR = Family(
    id="Recolor",
    title="Recolor",
    help="An image in grey, for recolor control models.",
    default="RecolorLuminance",
)
