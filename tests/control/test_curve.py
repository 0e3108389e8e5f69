"""Curves, against ComfyUI's own."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from armature.control.curve import through
from armature.control.drawn import INTERPOLATIONS

share = some.integers(0, 10_000).map(lambda number: number / 10_000)
points = some.lists(some.tuples(share, share), min_size=1, max_size=8, unique_by=lambda point: point[0])


@pytest.fixture(scope="module")
def from_raw():
    import comfy_api.latest  # noqa: F401 (comfy_api.input cannot be the first of the two)

    curves = pytest.importorskip("comfy_api.input")
    if not hasattr(curves, "CurveInput"):
        pytest.skip("this ComfyUI has no curves")
    return curves.CurveInput.from_raw


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(points=points, x=some.floats(-0.5, 1.5))
def test_a_curve_is_comfyuis(from_raw, interpolation, points, x):
    points = sorted(points)
    theirs = from_raw({"points": points, "interpolation": interpolation}).interp(x)
    assert through(points, interpolation)(x) == pytest.approx(theirs, abs=1e-9)


@given(points=points)
def test_a_smooth_curve_stays_between_its_points(points):
    points = sorted(points)
    value = through(points, "monotone_cubic")
    for (left, low), (right, high) in pairwise(points):
        inside = [value(left + (right - left) * n / 16) for n in range(17)]
        assert min(low, high) - 1e-9 <= min(inside) and max(inside) <= max(low, high) + 1e-9


def test_two_points_above_one_another_are_a_step():
    value = through([(0.0, 0.0), (0.5, 0.2), (0.5, 0.8), (1.0, 1.0)], "linear")
    assert [value(0.25), value(0.5), value(0.75)] == pytest.approx([0.1, 0.8, 0.9])
