"""The node that draws a schedule: its default changes nothing, and every kind of curve reaches the sampler."""

import comfy_api.latest  # noqa: F401 (comfy_api.input cannot be the first of the two)
import pytest
from comfy_api.input import CurveInput

from armature.errors import InvalidValue
from armature.nodes.schedule_curve import CONSTANT, ScheduleCurve

from ..control.test_schedule import steps

FALLING = {"v": 1, "points": [[0, 1], [1, 0]], "interpolation": "linear"}


def strengths(curve, strength=1.0, basis="steps", **run):
    (schedule,) = ScheduleCurve.execute(curve, strength, basis).args
    return [schedule.at(step).strength for step in steps(**run)]


@pytest.mark.parametrize("basis", ["steps", "timestep", "sigma"])
def test_the_default_changes_nothing(basis):
    assert strengths(CONSTANT, basis=basis, scheduler="karras") == [1.0] * 20


def test_each_step_uses_its_place_on_the_curve():
    assert strengths(FALLING, 2.0, count=4) == pytest.approx([2.0, 1.5, 1.0, 0.5])


@pytest.mark.parametrize("interpolation", ["linear", "monotone_cubic"])
def test_a_link_from_comfyuis_curve_editor_works_too(interpolation):
    points = {"points": [[0, 0.2], [0.3, 1], [1, 0]], "interpolation": interpolation}
    assert strengths(CurveInput.from_raw(points)) == pytest.approx(strengths({"v": 1, **points}), abs=1e-12)


def test_what_is_no_curve_is_told_before_the_run():
    newer = {"v": 2, "points": [[0, 1]]}
    assert "Update Armature" in ScheduleCurve.validate_inputs(newer)
    assert ScheduleCurve.validate_inputs(CONSTANT) is True
    assert ScheduleCurve.validate_inputs(None) is True  # from a link, it is not there yet
    with pytest.raises(InvalidValue, match="Update Armature"):
        ScheduleCurve.execute(newer, 1.0, "steps")
