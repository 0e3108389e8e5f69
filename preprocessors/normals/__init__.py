"""Normals: which way a surface faces, as a colour."""

from ..declare import Family

NORMALS = Family(
    id="Normals",
    title="Normals",
    help="Which way surfaces face, as colours, from a picture, from depth or from normals of another convention. For "
    "normal control models.",
    default="NormalsBAE",
)
