import math

import pytest
import torch

from armature.fidelity.edges import edge_fidelity


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
