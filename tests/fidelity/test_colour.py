import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab

from armature.fidelity.colour import colour
from armature.fidelity.delta_e import ciede2000
from armature.preprocessors.palette import palette

from ..preprocessors.photographs import astronaut, coffee, frame

# From the table of Sharma, Wu and Dalal 2005: two colours and their difference.
PUBLISHED = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize("first, second, difference", PUBLISHED)
def test_the_difference_is_the_published_one(first, second, difference):
    assert ciede2000(np.array(first, float), np.array(second, float)) == pytest.approx(difference, abs=1e-4)
    assert ciede2000(np.array(second, float), np.array(first, float)) == pytest.approx(difference, abs=1e-4)


def test_photographs_differ_as_in_scikit_image():
    first, second = astronaut()[..., :96, :96], coffee()[..., :96, :96]
    spaces = [rgb2lab(frame(one)) for one in (first, second)]
    expected = deltaE_ciede2000(*spaces)
    assert np.abs(ciede2000(*spaces) - expected).max() < 1e-9
    _, (numbers,) = colour(first, hint=first, found=second)
    assert numbers["Delta E"] == pytest.approx(expected.mean(), abs=0.1)  # OpenCV's L*a*b* is tabulated
    assert numbers["Delta E 95 %"] == pytest.approx(np.percentile(expected, 95), abs=0.2)


def test_an_image_agrees_with_its_own_palette():
    picture, (numbers,) = colour(astronaut(), hint=palette(astronaut()))
    assert numbers["Delta E"] == 0 and picture.shape == (1, 3, 512, 512)


def test_the_picture_is_bright_where_the_colours_differ():
    hint = torch.full((1, 3, 8, 8), 0.5)
    found = hint.clone()
    found[..., 4:] = 1.0
    picture, _ = colour(hint, hint=hint, found=found)
    brightness = picture[0].sum(0)
    assert brightness[:, :4].max() < 0.1 < 1 < brightness[:, 4:].min()


def test_black_and_white_are_a_hundred_apart():
    black, white = torch.zeros(1, 3, 8, 8), torch.ones(1, 3, 8, 8)
    assert colour(white, hint=black, found=white)[1][0]["Delta E"] == pytest.approx(100, abs=0.01)
