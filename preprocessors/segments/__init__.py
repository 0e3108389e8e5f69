"""Segments: one flat colour for each thing, or for each class of things."""

from ..declare import Family

SEGMENTS = Family(
    id="Segments",
    title="Segments",
    help="Flat colours, one for each object or class, from a picture, masks or class maps. For segmentation control "
    "models.",
    default="SegmentsUperNet",
)
