"""Which two frames a flow map shows."""

from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from torch import Tensor

from ..declare import Range
from .colours import coloured

Direction = Annotated[
    Literal["to the next frame", "to the previous frame"],
    "Where the motion leads. The frame at the end, which has no such neighbour, has the map of the one beside it.",
]
Fastest = Annotated[
    float,
    Range(0, 4096, 0.1),
    "Motion, in pixels at the working size, that gets full colour. 0 takes the fastest of each frame, as in all that "
    "models were trained on; a number keeps colours steady over a video.",
]


def maps(frames: Tensor, flow: Callable[[Tensor, Tensor], Tensor], direction: str, fastest: float) -> Iterator[Tensor]:
    """A map (1, 3, H, W) for each of the frames (B, 3, H, W); `flow` gives (2, H, W) from one frame to another."""
    last = len(frames) - 1
    if not last:
        yield coloured(frames.new_zeros(2, *frames.shape[-2:]).float(), fastest)
        return
    step = 1 if direction == "to the next frame" else -1
    drawn: dict[int, Tensor] = {}  # the latest map, which the frame at an end uses again
    for index in range(len(frames)):
        start = min(index, last - 1) if step > 0 else max(index, 1)
        if start not in drawn:
            drawn = {start: coloured(flow(frames[start : start + 1], frames[start + step : start + step + 1]), fastest)}
        yield drawn[start]
