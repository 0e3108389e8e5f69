"""Tile: an image without its finest detail, for models that add it."""

from ..declare import Family

TILE = Family(
    id="Tile",
    title="Tile",
    help="An image without its finest detail, in place to the pixel, for tile control models.",
    default="TilePyramid",
)
