import pytest
import torch
from torchvision.utils import flow_to_image

from armature.preprocessors.flow.colours import coloured


def test_they_are_torchvisions_but_not_cut_to_eight_bits():
    flow = torch.randn(2, 60, 80, generator=torch.Generator().manual_seed(0)) * 9
    difference = coloured(flow, 0)[0] * 255 - flow_to_image(flow).float()  # theirs is cut to whole levels twice
    assert difference.abs().max() < 2


def test_rest_is_white():
    assert (coloured(torch.zeros(2, 4, 5), 0) == 1).all() and (coloured(torch.zeros(2, 4, 5), 8) == 1).all()


@pytest.mark.parametrize("direction, colour", [((1, 0), (1, 0, 0)), ((-1, 0), (0, 0.8, 1))], ids=str)
def test_right_is_red_and_left_is_its_opposite(direction, colour):
    flow = torch.tensor(direction)[:, None, None].expand(-1, 2, 2) * 5.0
    assert torch.allclose(coloured(flow, 0)[0, :, 0, 0], torch.tensor(colour, dtype=torch.float32), atol=0.1)


def test_a_given_speed_keeps_colours_steady():
    slow, fast = (torch.full((2, 3, 3), speed) for speed in (1.0, 2.0))
    assert torch.allclose(coloured(slow, 0), coloured(fast, 0), atol=1e-6)
    assert (coloured(slow, 4.0) > coloured(fast, 4.0)).any()
    assert torch.equal(coloured(fast, 1.0), coloured(slow, 1.0))
