import pytest
import torch
from scipy.linalg import lstsq
from scipy.stats import spearmanr

from armature.fidelity.depth import depth, rank_correlation

from ..preprocessors.photographs import astronaut, coffee


def ramp():
    return (torch.arange(12.0) / 12).reshape(1, 1, 3, 4).expand(1, 3, 3, 4)


def numbers(hint, found):
    picture, (found,) = depth(hint, hint=hint, found=found)
    assert picture.shape == hint.shape
    return found


def test_a_map_agrees_with_itself():
    assert numbers(ramp(), ramp()) == pytest.approx({"rank correlation": 1, "MSE": 0, "aligned MSE": 0}, abs=1e-12)


def test_scale_and_shift_change_the_mse_alone():
    found = numbers(ramp(), ramp() * 0.5 + 0.2)
    mse = sum((k / 24 - 0.2) ** 2 for k in range(12)) / 12
    assert found == pytest.approx({"rank correlation": 1, "MSE": mse, "aligned MSE": 0}, abs=1e-6)


def test_the_best_scale_and_shift_are_those_of_least_squares():
    first, second = (one[:, :1, :64, :64].expand(1, 3, 64, 64) for one in (astronaut(), coffee()))
    given, wanted = (one[0, 0].double().flatten() for one in (second, first))
    columns = torch.stack([given, torch.ones_like(given)], 1).numpy()
    solution, *_ = lstsq(columns, wanted.numpy())
    expected = ((columns @ solution - wanted.numpy()) ** 2).mean()
    assert numbers(first, second)["aligned MSE"] == pytest.approx(expected, rel=1e-6)


def test_the_picture_is_bright_where_the_depth_is_wrong():
    wrong = ramp().clone()
    wrong[..., 2, 3] = 0
    picture, _ = depth(ramp(), hint=ramp(), found=wrong)
    brightness = picture[0].sum(0)
    assert brightness.argmax() == 11 and brightness[2, 3] > 2 * brightness[0, 0]


def test_reversed_depth_has_all_ranks_against_it():
    assert numbers(ramp(), 1 - ramp())["rank correlation"] == pytest.approx(-1)


def test_flat_depth_tells_nothing():
    flat = torch.full((1, 3, 3, 4), 0.5)
    assert numbers(ramp(), flat)["rank correlation"] == 0
    assert numbers(ramp(), flat)["aligned MSE"] == pytest.approx(float(ramp()[0, 0].var(correction=0)))


def test_the_rank_correlation_is_scipys_with_ties():
    first = (astronaut()[0, 0, :64, :64] * 255).round().numpy()
    second = (coffee()[0, 0, :64, :64] * 255).round().numpy()
    assert rank_correlation(first, second) == pytest.approx(spearmanr(first.ravel(), second.ravel()).statistic)
