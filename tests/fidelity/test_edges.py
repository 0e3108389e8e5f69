import math

import pytest
import torch
from scipy.ndimage import distance_transform_edt
from skimage.metrics import hausdorff_distance
from sklearn.metrics import precision_recall_fscore_support

from armature.fidelity.edges import edge_fidelity, edges
from armature.preprocessors.edges.canny import canny

from ..preprocessors.photographs import astronaut, coffee


def lines(*columns, side=32):
    """Vertical white lines on black, (1, 3, side, side)."""
    image = torch.zeros(1, 3, side, side)
    image[..., list(columns)] = 1
    return image


def test_a_map_agrees_with_itself():
    (score,) = edge_fidelity(lines(5, 20), lines(5, 20))
    assert (score.precision, score.recall, score.f1, score.hausdorff) == (1.0, 1.0, 1.0, 0.0)


@pytest.mark.parametrize("shift, f1", [(0, 1.0), (2, 1.0), (3, 0.0), (10, 0.0)])
def test_the_tolerance_is_two_pixels(shift, f1):
    (score,) = edge_fidelity(lines(5), lines(5 + shift))
    assert score.f1 == f1
    assert score.hausdorff == pytest.approx(shift)


def test_precision_and_recall_are_told_apart():
    (score,) = edge_fidelity(lines(5), lines(5, 20))
    assert (score.precision, score.recall) == (0.5, 1.0)
    assert score.f1 == pytest.approx(2 / 3)
    (score,) = edge_fidelity(lines(5, 20), lines(5))
    assert (score.precision, score.recall) == (1.0, 0.5)
    assert score.hausdorff == pytest.approx(15)


def test_nothing_agrees_with_nothing_only():
    empty = torch.zeros(1, 3, 32, 32)
    assert edge_fidelity(empty, empty)[0].f1 == 1.0
    (score,) = edge_fidelity(empty, lines(5))
    assert score.f1 == 0.0 and math.isinf(score.hausdorff)


def test_each_pair_of_a_batch_has_its_score():
    scores = edge_fidelity(torch.cat([lines(5), lines(5)]), torch.cat([lines(5), lines(25)]))
    assert [score.f1 for score in scores] == [1.0, 0.0]


def test_unlike_sizes_are_refused():
    with pytest.raises(ValueError, match="must agree"):
        edge_fidelity(lines(5), lines(5, side=16))


def test_the_distance_is_scikit_images_on_photographs():
    first, second = (canny(one[..., :128, :128]) for one in (astronaut(), coffee()))
    (score,) = edge_fidelity(first, second)
    expected = hausdorff_distance(first[0, 0].numpy() > 0.5, second[0, 0].numpy() > 0.5)
    assert score.hausdorff == pytest.approx(expected, rel=1e-5)


def test_without_tolerance_the_numbers_are_scikit_learns_on_photographs():
    first, second = (canny(one[..., :128, :128]) for one in (astronaut(), coffee()))
    (score,) = edge_fidelity(first, second, tolerance=0)
    truth, given = ((one[0, 0] > 0.5).flatten().numpy() for one in (first, second))
    precision, recall, f1, _ = precision_recall_fscore_support(truth, given, average="binary")
    assert (score.precision, score.recall, score.f1) == pytest.approx((precision, recall, f1))


def test_the_tolerance_is_scipys_euclidean_distance_on_photographs():
    first, second = (canny(one[..., :128, :128]) for one in (astronaut(), coffee()))
    (score,) = edge_fidelity(first, second, tolerance=3)
    truth, given = ((one[0, 0] > 0.5).numpy() for one in (first, second))
    assert score.precision == pytest.approx((distance_transform_edt(~truth)[given] <= 3).mean())
    assert score.recall == pytest.approx((distance_transform_edt(~given)[truth] <= 3).mean())


def test_an_image_obeys_its_own_edges_and_no_others():
    (own,) = edges(coffee(), hint=canny(coffee(), low=50, high=90), low=50, high=90)[1]
    assert own == {"F1": 1, "precision": 1, "recall": 1, "Hausdorff": 0}
    (other,) = edges(coffee(), hint=canny(coffee().flip(-1)))[1]
    assert other["F1"] < 0.6


def test_the_picture_tells_hits_misses_and_surplus():
    picture, _ = edges(lines(5), hint=lines(5, 20), found=lines(5, 28))
    assert [picture[0, :, 0, column].gt(0.4).tolist() for column in (5, 20, 28, 12)] == [
        [True, True, True],
        [False, True, True],
        [True, True, False],
        [False, False, False],
    ]


def test_maps_of_another_size_are_brought_to_the_images():
    (numbers,) = edges(lines(5), hint=lines(10, 11, side=64), found=lines(5))[1]
    assert numbers["F1"] == 1
