import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from armature.preprocessors.recolor.intensity import intensity
from armature.preprocessors.recolor.luminance import luminance

from ..photographs import astronaut


@pytest.mark.parametrize("gamma", [1.0, 0.4, 2.0])
def test_luminance_is_skimages_lightness(gamma):
    image = astronaut()
    expected = (rgb2lab(image[0].movedim(0, -1).numpy())[..., 0] / 100) ** gamma
    assert np.abs(luminance(image, gamma=gamma)[0].numpy() - expected).max() < 1 / 255


def test_red_is_brighter_than_blue_and_the_other_way_in_legacy():
    red, blue = (torch.tensor(colour).reshape(1, 3, 1, 1) for colour in ([1.0, 0, 0], [0, 0, 1.0]))
    assert luminance(red).mean() == pytest.approx(0.5324, abs=2e-3)
    assert luminance(blue).mean() == pytest.approx(0.3230, abs=2e-3)
    assert torch.equal(luminance(red, legacy=True), luminance(blue))
    assert torch.equal(luminance(red.flip(1), legacy=True), luminance(red))


@pytest.mark.parametrize("gamma", [1.0, 0.5])
def test_intensity_is_the_brightest_channel(gamma):
    image = astronaut()
    expected = (image.amax(dim=1, keepdim=True) ** gamma).expand(-1, 3, -1, -1)
    assert torch.allclose(intensity(image, gamma=gamma), expected, atol=1e-6)
