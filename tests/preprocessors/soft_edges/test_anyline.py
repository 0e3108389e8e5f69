import pytest
import torch

from armature.preprocessors.soft_edges.anyline import anyline

IMAGE = torch.zeros(1, 3, 64, 64)


class Draws(torch.nn.Module):
    """A line art network that draws black on white what it is told."""

    def __init__(self, lines):
        super().__init__()
        self.lines = lines

    def forward(self, image):
        return 1 - self.lines


class Even(torch.nn.Module):
    """A TEED whose edges are all `shade`."""

    def __init__(self, shade):
        super().__init__()
        self.logit = torch.logit(torch.tensor(shade))

    def forward(self, image):
        return self.logit.expand(1, 4, 64, 64)


def drawn(lines, shade=0.1, **options):
    networks = {"network": Even(shade), "realistic_network": Draws(lines), "anime_network": None, "manga_network": None}
    return anyline(IMAGE, lines="lineart_realisitic", **networks, **options)[0, 0]


def specks():
    """A line of 11 pixels, one of 12, and two of 6 that touch at a corner."""
    lines = torch.zeros(1, 1, 64, 64)
    lines[..., 5, 3:14], lines[..., 15, 3:15], lines[..., 30, 3:9], lines[..., 31, 9:15] = 1, 1, 1, 1
    return lines


@pytest.mark.parametrize(
    "options, kept",
    [
        ({}, [15]),
        ({"connectivity": 2}, [15, 30, 31]),
        ({"smallest": 33}, [5, 15]),
        ({"smallest": 37}, []),
        ({"smallest": 1}, [5, 15, 30, 31]),
    ],
    ids=str,
)
def test_lines_of_fewer_pixels_than_a_third_are_dropped(options, kept):
    found = drawn(specks(), **options)
    expected = torch.zeros(64, 64)
    expected[kept] = specks()[0, 0, kept]
    assert torch.equal(found, expected)


def test_lines_are_screened_over_the_soft_edges():
    lines = specks() * 0.5
    found = drawn(lines, shade=0.5, smallest=1)  # a shade of 1/2 in two safe steps, cut to 127 of 255
    over = 1 - (1 - 127 / 255) * (1 - 128 / 255)
    assert torch.allclose(found, torch.where(lines[0, 0] > 0, over, 127 / 255))


@pytest.mark.parametrize(
    "bounds, kept", [({"lower": 0.6}, 0), ({"lower": 0.5}, 1), ({"upper": 0.4}, 0), ({"upper": 0.51}, 1)]
)
def test_lines_outside_the_bounds_are_dropped(bounds, kept):
    assert drawn(specks() * 0.5, smallest=1, **bounds).any() == bool(kept)
