"""What holds for every strength, schedule and batch."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from armature.control.options import Options
from armature.control.schedule import Schedule, Values
from armature.control.unit import NOTHING, ControlUnit, Manner
from armature.control.weights import PRESETS, LayerWeights

from .test_manner import BLOCKS, Counting, output, step

quick = settings(max_examples=25, deadline=None)
strengths = st.floats(-10, 10, allow_subnormal=False, width=32).filter(lambda value: abs(value) > 1e-3)
percents = st.floats(0, 1)
presets, numbers = st.sampled_from(list(PRESETS)), st.integers(0, 9)
bases = st.sampled_from(["timestep", "steps", "sigma"])


@quick
@given(strengths, presets, st.integers(1, 4), st.sampled_from([(1, 0), (0,), (0, 1, 0)]))
def test_every_residual_is_linear_in_the_strength(strength, preset, images, parts):
    at, weights = step(images=images, parts=parts, prompts=()), LayerWeights(preset)
    found, whole = output(Manner(Schedule(strength), weights), at), output(Manner(weights=weights), at)
    assert found.keys() == whole.keys()
    for block in found:
        torch.testing.assert_close(found[block], whole[block] * strength, rtol=1e-6, atol=1e-6)


@quick
@given(percents, percents, percents, bases, numbers)
def test_a_wider_window_never_loses_a_step(a, b, c, basis, number):
    start, middle, end = sorted((a, b, c))
    at = step(number)
    narrow = [Schedule(1.0, *window, basis=basis) for window in ((start, middle), (middle, end))]
    wide = Schedule(1.0, start, end, basis=basis)
    assert wide.covers(at) >= any(schedule.covers(at) for schedule in narrow)
    assert Schedule(basis=basis).covers(at)


@quick
@given(presets, st.lists(st.just(0.0), min_size=1, max_size=9), numbers, bases)
def test_strength_zero_is_identity_and_runs_nothing(preset, zeros, number, basis):
    model = Counting()
    silent = Schedule(course=Values(tuple(zeros)), basis=basis)
    for schedule in (Schedule(0.0, basis=basis), silent):
        unit = ControlUnit(model, Manner(schedule, LayerWeights(preset)))
        assert unit.output(step(number), lambda part: part.x) == NOTHING
    assert not model.asked


@quick
@given(st.lists(strengths, min_size=3, max_size=3), strengths)
def test_strengths_of_images_act_on_their_rows_alone(own, others):
    options = Options(strengths=tuple(enumerate(own)), strength_of_others=others)
    found, plain = output(Manner(options=options), step(images=4)), output(Manner(), step(images=4))
    factors = torch.tensor([*own, others] * 2).reshape(-1, 1, 1, 1)
    for block in BLOCKS:
        torch.testing.assert_close(found[block], plain[block] * factors, rtol=1e-6, atol=1e-6)
