import pytest
import torch

from armature.fidelity.regions import region_fidelity


def halves(left, right):
    """(1, 3, 4, 8)."""
    image = torch.full((1, 3, 4, 8), float(right))
    image[..., :4] = left
    return image


def test_flat_colours_in_the_regions_are_all_explained():
    assert region_fidelity(halves(0, 1), halves(0.3, 0.6)) == [pytest.approx(1.0)]


def test_the_colours_of_the_map_itself_do_not_matter():
    image = torch.rand(1, 3, 4, 8, generator=torch.Generator().manual_seed(0))
    expected = region_fidelity(halves(0, 1), image)
    assert (
        region_fidelity(halves(0.7, 0.2), image) == region_fidelity(halves(1, 0), 1 - image) == pytest.approx(expected)
    )


def test_an_image_that_knows_nothing_of_the_regions_explains_nothing():
    image = halves(0.2, 0.8).movedim(-1, -2).reshape(1, 3, 4, 8)
    assert region_fidelity(halves(0, 1), image) == [pytest.approx(0.0)]


def test_it_is_the_share_of_the_variance_between_the_regions():
    """Two regions of means 0.25 and 0.75; around each the colours lie 0.25 to both sides: half lies between."""
    image = halves(0.25, 0.75)
    image[..., ::2, :] += 0.25
    image[..., 1::2, :] -= 0.25
    assert region_fidelity(halves(0, 1), image) == [pytest.approx(0.5)]


@pytest.mark.parametrize("hint, expected", [(halves(0, 1), 0.0), (halves(1, 1), 1.0)])
def test_an_image_of_one_colour_keeps_to_a_single_region_only(hint, expected):
    assert region_fidelity(hint, halves(0.5, 0.5)) == [expected]


def test_each_pair_has_its_own():
    hints, images = torch.cat([halves(0, 1)] * 2), torch.cat([halves(0.1, 0.9), halves(0.5, 0.5)])
    assert region_fidelity(hints, images) == [pytest.approx(1.0), 0.0]


def test_different_sizes_are_refused():
    with pytest.raises(ValueError, match="batch and size must agree"):
        region_fidelity(torch.zeros(1, 3, 4, 8), torch.zeros(1, 3, 8, 4))
