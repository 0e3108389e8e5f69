import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from armature.preprocessors.palette import palette

from .photographs import astronaut


def test_a_square_has_the_cubic_colour_of_its_middle():
    image = astronaut()
    expected = interpolate(image, scale_factor=1 / 64, mode="bicubic").clamp(0, 1)  # OpenCV's cubic, a = -0.75
    squares = palette(image).reshape(1, 3, 8, 64, 8, 64)
    assert torch.equal(squares.amax((3, 5)), squares.amin((3, 5)))
    assert torch.allclose(squares[:, :, :, 0, :, 0], expected, atol=1e-5)


@pytest.mark.parametrize("size, cell", [((200, 333), 64), ((65, 63), 16), ((10, 10), 512)], ids=str)
def test_squares_are_even_but_for_those_cut_at_the_edge(size, cell):
    out = palette(astronaut()[..., : size[0], : size[1]], cell=cell)[0].numpy()
    changes = [np.flatnonzero((np.diff(out, axis=axis) != 0).any(axis=(0, 3 - axis))) + 1 for axis in (1, 2)]
    for places, length in zip(changes, size):
        assert set(places) <= set(range(cell, length, cell))
    assert len(changes[1]) == (size[1] - 1) // cell
