import pytest
import torch

from armature.control.hint import fit_channels
from armature.errors import MissingInput


def test_grey_is_spread_and_colour_is_averaged():
    grey = torch.rand(2, 1, 4, 4)
    assert torch.equal(fit_channels(grey, 3), grey.expand(-1, 3, -1, -1))
    colour = torch.rand(2, 3, 4, 4)
    assert torch.equal(fit_channels(colour, 1), colour.mean(dim=1, keepdim=True))


def test_transparent_is_no_hint():
    image = torch.rand(1, 4, 4, 4)
    image[:, 3] = 0
    assert fit_channels(image, 3).eq(0).all()
    image[:, 3] = 1
    assert torch.equal(fit_channels(image, 3), image[:, :3])


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(MissingInput, match="takes a hint of 6 channels, and the image has 3"):
        fit_channels(torch.rand(1, 3, 4, 4), 6)
