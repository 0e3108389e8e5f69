"""Step, Schedule, Scale, ControlUnit: what the user chose, and what it comes to at a step."""

import pytest
import torch

from armature.control.model import ControlOutput, ResidualModel
from armature.control.scale import Scale
from armature.control.schedule import Schedule
from armature.control.step import Step
from armature.control.unit import ControlUnit, Manner
from armature.control.weights import Places

TENSOR = torch.ones(1, 2, 4, 4)


def step(sigma=5.0):
    return Step(TENSOR, torch.tensor([5.0]), TENSOR, sigma, sigma_at=lambda percent: 10.0 * (1 - percent))


class Constant(ResidualModel):
    places = Places((("skip", 0), ("middle", 0)), depth=1)

    def residuals(self, step, encoded, wanted):
        return {block: {("skip", 0): TENSOR, ("middle", 0): encoded}[block] for block in wanted}


@pytest.mark.parametrize(
    "start, end, strength", [(0.0, 1.0, 0.7), (0.5, 1.0, 0.7), (0.0, 0.5, 0.7), (0.6, 1.0, 0.0), (0.0, 0.4, 0.0)]
)
def test_both_ends_of_the_range_are_inside(start, end, strength):
    assert Schedule(0.7, start, end).at(step()).strength == strength


def test_scaling_leaves_the_input_untouched():
    delta = TENSOR.clone()
    assert torch.equal(Scale(2.0)(("middle", 0), delta), 2 * TENSOR)
    assert torch.equal(delta, TENSOR)


def test_residuals_are_scaled_by_strength():
    output = ControlUnit(Constant(), Manner(Schedule(0.5))).output(step(), lambda part: 2 * TENSOR)
    assert torch.equal(output.residuals["skip", 0], 0.5 * TENSOR)
    assert torch.equal(output.residuals["middle", 0], TENSOR)


@pytest.mark.parametrize("schedule", [Schedule(0.0), Schedule(1.0, 0.9, 1.0)])
def test_a_unit_that_does_not_act_asks_for_nothing(schedule):
    def encoded(part):
        raise AssertionError("the hint was encoded")

    assert ControlUnit(Constant(), Manner(schedule)).output(step(), encoded) == ControlOutput({}, {})
