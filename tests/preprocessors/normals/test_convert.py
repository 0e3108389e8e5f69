import itertools
from typing import get_args

import pytest
import torch

from armature.preprocessors.normals.conventions import Convention
from armature.preprocessors.normals.convert import converted

CONVENTIONS = get_args(Convention)
FACING = {  # what the colour of a surface facing that way is, of 0 (low), 1 (high) and 0.5
    "BAE": {"left": (1, 0.5, 0.5), "up": (0.5, 1, 0.5), "viewer": (0.5, 0.5, 1)},
    "OpenGL": {"left": (0, 0.5, 0.5), "up": (0.5, 1, 0.5), "viewer": (0.5, 0.5, 1)},
    "DirectX": {"left": (0, 0.5, 0.5), "up": (0.5, 0, 0.5), "viewer": (0.5, 0.5, 1)},
    "MiDaS 1.0": {"left": (0.5, 0.5, 1), "up": (0.5, 1, 0.5), "viewer": (1, 0.5, 0.5)},
}


def pixel(colour):
    return torch.tensor(colour).float()[None, :, None, None]


@pytest.mark.parametrize("given, wanted", itertools.product(CONVENTIONS, CONVENTIONS))
@pytest.mark.parametrize("way", ["left", "up", "viewer"])
def test_each_direction_gets_its_colour(given, wanted, way):
    assert torch.equal(converted(pixel(FACING[given][way]), given=given, wanted=wanted), pixel(FACING[wanted][way]))


@pytest.mark.parametrize("given, wanted", itertools.product(CONVENTIONS, CONVENTIONS))
def test_there_and_back_is_the_same(given, wanted):
    image = torch.randint(1, 256, (1, 3, 8, 9), generator=torch.Generator().manual_seed(0)) / 255
    back = converted(converted(image, given=given, wanted=wanted), given=wanted, wanted=given)
    assert torch.allclose(back, image, atol=1e-7)


def test_no_normal_stays_black():
    assert not converted(torch.zeros(1, 3, 2, 2)).any()
