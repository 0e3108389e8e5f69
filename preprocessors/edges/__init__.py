"""Edges: where brightness changes, one pixel wide."""

from ..declare import Family

EDGES = Family(
    id="Edges",
    title="Edges",
    help="White edges on black, for canny control models and for unions of type canny.",
    default="Canny",
)
