"""What soft edges become: shades in few steps, which hide no picture, scribbles or a sketch."""

from typing import Annotated, Literal

from torch import Tensor

from ..sketch.from_soft_edges import scribble

Kind = Annotated[
    Literal["soft", "scribble", "sketch"],
    "Soft for softedge control models; scribble, broad strokes along the crests, for scribble ones; sketch, what is "
    "more than half white, for T2I-Adapter sketch.",
]
Safe = Annotated[
    Literal["enable", "disable"],
    "Keeps few shades: a soft map hides a grey copy of the image, which control models find and repeat.",
]
STEPS = 2  # lllyasviel/ControlNet, annotator/util.py (safe_step)


def finished(edges: Tensor, kind: str, steps: int) -> Tensor:
    """(B, 3, H, W) fp32 from edges (B, 1, H, W) in [0, 1], rounded down to `steps` shades and black unless it is 0.

    A scribble is of the soft map cut to 8 bits, as published: its threshold is where a flat half-white lies.
    """
    grey = edges.float().expand(-1, 3, -1, -1)
    if kind == "sketch":
        return (grey > 0.5).float()
    soft = grey.contiguous() if steps == 0 else ((grey * (steps + 1)).trunc() / steps).clamp(max=1)
    return scribble((soft * 255).floor() / 255) if kind == "scribble" else soft
