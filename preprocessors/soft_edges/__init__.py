"""Soft edges: how sure a network is that there is an edge."""

from ..declare import Family

SOFT_EDGES = Family(
    id="SoftEdges",
    title="Soft Edges",
    help="White edges on black, the surer the brighter, for softedge control models and unions of type hed; or as "
    "strokes, for scribble control models.",
    default="HED",
)
