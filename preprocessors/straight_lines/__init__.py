"""Straight lines: segments, drawn one pixel wide at the image's size whatever the working size."""

from ..declare import Family

STRAIGHT_LINES = Family(
    id="StraightLines",
    title="Straight Lines",
    help="White straight lines on black, one pixel wide, for mlsd control models: rooms, buildings, streets.",
    default="StraightLinesLSD",
)
