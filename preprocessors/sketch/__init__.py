"""Sketches: broad lines, black or white and nothing between."""

from ..declare import Family

SKETCH = Family(
    id="Sketch",
    title="Sketch",
    help="White lines on black, as scribbled by hand, for scribble control models and SparseCtrl.",
    default="UserSketch",
)
