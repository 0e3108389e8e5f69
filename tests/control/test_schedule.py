"""When a control acts: windows by three counts, keyframes, curves and lists."""

import pytest
import torch
from comfy.model_sampling import EPS, ModelSamplingDiscrete, ModelSamplingDiscreteFlow
from comfy.samplers import calculate_sigmas

from armature.control.mask import Mask
from armature.control.schedule import Curve, Keyframe, Keyframes, Schedule, Values, parse_keyframes
from armature.control.step import Step
from armature.control.weights import LayerWeights
from armature.errors import InvalidValue
from armature.host.clock import Clock

TENSOR = torch.ones(1, 2, 4, 4)


class Sampling(ModelSamplingDiscrete, EPS):
    pass


SAMPLING = Sampling()
PERCENTS = Clock(SAMPLING.percent_to_sigma).percent_at


def steps(count=20, scheduler="normal", denoise=1.0):
    """The evaluations of a first-order sampler."""
    sigmas = calculate_sigmas(SAMPLING, scheduler, round(count / denoise)).tolist()[-count - 1 :]
    return [
        Step(TENSOR, TENSOR, TENSOR, sigma, SAMPLING.percent_to_sigma, PERCENTS, tuple(sigmas)) for sigma in sigmas[:-1]
    ]


def active(schedule, *arguments, **options):
    return [n for n, step in enumerate(steps(*arguments, **options)) if schedule.at(step).strength]


@pytest.mark.parametrize(
    "scheduler, count", [("normal", 10), ("karras", 9), ("simple", 10), ("sgm_uniform", 11), ("beta", 11)]
)
def test_percents_of_timesteps_count_as_in_comfyui(scheduler, count):
    assert len(active(Schedule(1.0, 0.0, 0.5), scheduler=scheduler)) == count


def test_shares_of_steps_count_as_in_sd_webui():
    assert active(Schedule(1.0, 0.0, 0.5, basis="steps")) == list(range(11))
    assert active(Schedule(1.0, 0.3, 0.5, basis="steps"), 10) == [3, 4, 5]


@pytest.mark.parametrize("basis, count", [("timestep", 0), ("steps", 6), ("sigma", 4)])
def test_a_half_denoised_run(basis, count):
    found = active(Schedule(1.0, 0.0, 0.5, basis=basis), 10, denoise=0.5)
    assert found == list(range(count))


def test_a_second_order_evaluation_belongs_to_the_step_it_is_made_in():
    run = steps(10)
    between = Step(TENSOR, TENSOR, TENSOR, (run[3].sigma + run[4].sigma) / 2, SAMPLING.percent_to_sigma, PERCENTS)
    assert [step.number for step in run] == list(range(10))
    assert Step(**{**vars(between), "sigmas": run[0].sigmas}).number == 3


@pytest.mark.parametrize("percent", [0.1, 0.2, 0.5, 0.8])
def test_percents_are_the_inverse_of_comfyuis_sigmas(percent):
    assert PERCENTS(SAMPLING.percent_to_sigma(percent)) == pytest.approx(percent, abs=1e-5)


@pytest.mark.parametrize("percent, sigma", [(0.1, 8.3072), (0.2, 5.0924), (0.5, 1.6156), (0.8, 0.5712)])
def test_the_golden_sigmas(percent, sigma):
    assert SAMPLING.percent_to_sigma(percent) == pytest.approx(sigma, abs=5e-5)


@pytest.mark.parametrize("percent, sigma", [(0.1, 0.9643), (0.2, 0.9231), (0.5, 0.75), (0.8, 0.4286)])
def test_the_golden_sigmas_of_flow_models(percent, sigma):
    flow = ModelSamplingDiscreteFlow()
    flow.set_parameters(shift=3.0)
    assert flow.percent_to_sigma(percent) == pytest.approx(sigma, abs=5e-5)
    assert Clock(flow.percent_to_sigma).percent_at(sigma) == pytest.approx(percent, abs=1e-3)


def test_a_range_that_ends_before_it_starts_is_refused():
    with pytest.raises(InvalidValue, match=r"starts at 0\.6 and ends at 0\.4"):
        Schedule(1.0, 0.6, 0.4)


def test_text_is_interpolated_between_its_places():
    course = Keyframes(parse_keyframes("0:1, 0.4:0.6, 1:0"))
    assert [course.at(x).strength for x in (0.0, 0.2, 0.4, 0.7, 1.0)] == pytest.approx([1.0, 0.8, 0.6, 0.3, 0.0])


@pytest.mark.parametrize("text", ["", "0:1, half", "0:1:2", "1"])
def test_text_that_is_no_schedule_is_refused(text):
    with pytest.raises(InvalidValue, match=r"0:1, 0\.4:0\.6, 1:0"):
        parse_keyframes(text)


@pytest.mark.parametrize(
    "interpolation, expected",
    [("linear", 0.25), ("ease in", 0.0625), ("ease out", 0.4375), ("ease in and out", 0.1464466), ("step", 0.0)],
)
def test_interpolations_at_a_quarter(interpolation, expected):
    course = Keyframes((Keyframe(0.0, 0.0), Keyframe(1.0, 1.0)), interpolation)
    assert course.at(0.25).strength == pytest.approx(expected)
    assert course.at(1.0).strength == 1.0


def test_of_two_keyframes_at_one_place_the_last_wins():
    course = Keyframes((Keyframe(0.5, 0.1), Keyframe(0.5, 0.9), Keyframe(0.0, 0.0)), "step")
    assert [course.at(x).strength for x in (0.0, 0.49, 0.5, 1.0)] == [0.0, 0.0, 0.9, 0.9]


def test_weights_and_masks_hold_until_others_come():
    mask, soft, late = Mask(TENSOR), LayerWeights("soft"), LayerWeights("late")
    course = Keyframes((Keyframe(0.2, weights=soft), Keyframe(0.5, mask=mask), Keyframe(0.8, weights=late)))
    found = [(course.at(x).weights, course.at(x).mask) for x in (0.0, 0.3, 0.6, 0.9)]
    assert found == [(None, None), (soft, None), (soft, mask), (late, mask)]


def test_a_curve_and_a_list_multiply_the_strength():
    run = steps(4)
    curve = Schedule(0.5, course=Curve(lambda x: 1 - x), basis="steps")
    values = Schedule(2.0, course=Values((1.0, 0.5, 0.0, 0.25)), basis="steps")
    assert [curve.at(step).strength for step in run] == pytest.approx([0.5, 0.375, 0.25, 0.125])
    assert [values.at(step).strength for step in run] == [2.0, 1.0, 0.0, 0.5]
