"""What the colours of a normal map mean: each channel is a direction, from 0 (away from it) to 1 (towards it)."""

from typing import Literal

from torch import Tensor

Convention = Literal["BAE", "OpenGL", "DirectX", "MiDaS 1.0"]

# For red, green, blue: which of (right, up, to the viewer), and whether towards its opposite.
CHANNELS: dict[str, tuple[tuple[int, bool], ...]] = {
    "BAE": ((0, True), (1, False), (2, False)),  # ControlNet 1.1 README: blue is front, red left, green top
    "OpenGL": ((0, False), (1, False), (2, False)),
    "DirectX": ((0, False), (1, True), (2, False)),
    "MiDaS 1.0": ((2, False), (1, False), (0, True)),  # ControlNet 1.0, annotator/midas: BGR of the slopes
}


def encoded(normals: Tensor, convention: Convention) -> Tensor:
    """(B, 3, H, W) in [0, 1] from unit vectors (right, up, to the viewer)."""
    return arranged(normals * 0.5 + 0.5, "OpenGL", convention)


def arranged(colours: Tensor, given: Convention, wanted: Convention) -> Tensor:
    """The same directions in the colours of another convention, exactly: channels change places or are inverted."""
    channel_of = {axis: (index, opposite) for index, (axis, opposite) in enumerate(CHANNELS[given])}
    out = colours.clone()
    for index, (axis, opposite) in enumerate(CHANNELS[wanted]):
        source, was_opposite = channel_of[axis]
        out[:, index] = colours[:, source] if opposite == was_opposite else 1 - colours[:, source]
    return out
