import numpy as np
import pytest
import torch
from scipy import ndimage

from armature.preprocessors.tile.pyramid import pyramid

from ..photographs import astronaut, frame

TAPS = np.array([1, 4, 6, 4, 1]) / 8


def doubled(image, axis):
    """Zeros between the pixels, then the binomial filter: what a pyramid's step up is."""
    wide = np.insert(image, np.arange(1, image.shape[axis] + 1), 0, axis=axis)
    return ndimage.correlate1d(wide, TAPS, axis=axis, mode="reflect")


@pytest.mark.parametrize("levels, tolerance", [(2, 0.7), (3, 0.6), (5, 0.4)])
def test_it_is_the_published_pyramid_put_in_place(levels, tolerance):
    image, cell = astronaut(), 2**levels
    small = frame(image).reshape(512 // cell, cell, 512 // cell, cell, 3).mean(axis=(1, 3))
    for _ in range(levels):
        small = doubled(doubled(small, 0), 1)
    expected = ndimage.shift(small, ((cell - 1) / 2, (cell - 1) / 2, 0), order=3, mode="nearest")
    ours, inner = pyramid(image, levels=levels)[0].movedim(0, -1).numpy() * 255, slice(2 * cell, -2 * cell)
    assert np.abs(ours - expected)[inner, inner].mean() < tolerance


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(256, 256), (250, 203)], ids=str)
def test_what_is_in_the_middle_stays_there(size, levels):
    y, x = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
    spot = torch.exp(-((y - 120.3) ** 2 + (x - 99.6) ** 2) / 400).expand(1, 3, -1, -1)
    soft = pyramid(spot, levels=levels)[0, 0]
    assert abs(float((soft * y).sum() / soft.sum()) - 120.3) < 0.1
    assert abs(float((soft * x).sum() / soft.sum()) - 99.6) < 0.1


def test_the_softest_of_a_small_image_is_its_mean():
    image = astronaut()
    assert torch.allclose(pyramid(image, levels=10).mean((2, 3)), image.mean((2, 3)), atol=1e-3)


def test_a_flat_image_stays_as_it_is():
    assert torch.allclose(pyramid(torch.full((1, 3, 37, 61), 0.3)), torch.full((1, 3, 37, 61), 0.3), atol=1e-6)
