"""The walk through keyframes that hold; the expected strengths are those of Advanced-ControlNet 1.5.8 in these runs."""

from itertools import pairwise

import pytest
import torch
from comfy.model_sampling import EPS, ModelSamplingDiscrete, ModelSamplingDiscreteFlow
from comfy.samplers import calculate_sigmas

from armature.control.held_keyframes import HeldKeyframes
from armature.control.mask import Mask
from armature.control.ramp import RAMPS, evenly, image_ramp, ramp
from armature.control.schedule import Keyframe, Schedule
from armature.control.step import Step
from armature.control.weights import LayerWeights
from armature.errors import InvalidValue

TENSOR = torch.ones(1, 2, 4, 4)
SOFT = LayerWeights("soft")


class Discrete(ModelSamplingDiscrete, EPS):
    pass


def once(sigmas):
    return sigmas[:-1]


def twice(sigmas):
    return [sigma for one in sigmas[:-1] for sigma in (one, one)]


def between(sigmas):
    return [sigma for one, after in pairwise(sigmas) for sigma in (one, (one + after) / 2)]


def walked(*frames, count=10, denoise=1.0, evaluations=once, sampling=None, basis="timestep"):
    """What the schedule says at each evaluation of a run with the scheduler "normal"."""
    sampling = sampling or Discrete()
    sigmas = calculate_sigmas(sampling, "normal", int(count / denoise)).tolist()[-count - 1 :]
    schedule, made, found = Schedule(course=HeldKeyframes(frames), basis=basis), (), []
    for sigma in evaluations(sigmas):
        made = made if made[-1:] == (sigma,) else (*made, sigma)
        step = Step(TENSOR, TENSOR, TENSOR, sigma, sampling.percent_to_sigma, sigmas=tuple(sigmas), evaluated=made)
        found.append(schedule.at(step))
    return found


def strengths(*frames, **run):
    return [moment.strength for moment in walked(*frames, **run)]


def test_before_the_first_keyframe_the_strength_is_one():
    assert strengths(Keyframe(0.35, 0.5)) == [1.0] * 4 + [0.5] * 6


def test_of_two_in_one_step_a_guaranteed_one_is_not_skipped():
    assert strengths(Keyframe(0.05, 0.9, guaranteed=1), Keyframe(0.1, 0.5)) == [1.0, 0.9] + [0.5] * 8
    assert strengths(Keyframe(0.05, 0.9), Keyframe(0.1, 0.5)) == [1.0] + [0.5] * 9


def test_a_guarantee_puts_the_next_one_off():
    frames = Keyframe(0.1, 0.9, guaranteed=3), Keyframe(0.2, 0.5, guaranteed=1)
    assert strengths(*frames) == [1.0] + [0.9] * 3 + [0.5] * 6
    assert strengths(*frames, evaluations=twice) == [1.0] * 2 + [0.9] * 6 + [0.5] * 12
    assert strengths(*frames, evaluations=between) == [1.0] * 2 + [0.9] * 3 + [0.5] * 15


def test_what_begins_before_the_run_has_no_guarantee():
    frames = Keyframe(0.0, 0.9, guaranteed=5), Keyframe(0.3, 0.5, guaranteed=4), Keyframe(0.6, 0.25, guaranteed=1)
    assert strengths(*frames, denoise=0.5) == [0.5] * 2 + [0.25] * 8
    at_start = Keyframe(0.0, 0.9, guaranteed=4), Keyframe(0.1, 0.5, guaranteed=1)
    assert strengths(*at_start) == [0.9] + [0.5] * 9
    assert strengths(*at_start, sampling=ModelSamplingDiscreteFlow()) == [0.9] * 4 + [0.5] * 6


def test_weights_are_inherited_unless_a_keyframe_says_not():
    frames = Keyframe(0.2, 0.9, SOFT), Keyframe(0.4, 0.5), Keyframe(0.6, 0.5, inherits=False)
    assert [moment.weights for moment in walked(*frames)] == [None] * 2 + [SOFT] * 4 + [None] * 4


def test_masks_and_images_are_inherited_alike_and_other_images_never():
    mask = Mask(TENSOR[:, :1])
    first = Keyframe(0.2, mask=mask, images=((0, 0.5),), others=0.3)
    found = walked(first, Keyframe(0.4, others=0.1), Keyframe(0.6, inherits=False))
    assert [moment.within for moment in found] == [None] * 2 + [mask] * 4 + [None] * 4
    assert [moment.images for moment in found] == [None] * 2 + [((0, 0.5),)] * 4 + [None] * 4
    assert [moment.others for moment in found] == [0.0] * 2 + [0.3] * 2 + [0.1] * 2 + [0.0] * 4


def test_places_may_be_counted_in_steps_too():
    assert strengths(Keyframe(0.5, 0.5), denoise=0.5, basis="steps") == [1.0] * 5 + [0.5] * 5


@pytest.mark.parametrize(
    "easing, expected",
    [
        ("linear", [1.0, 0.8, 0.6, 0.4, 0.2]),
        ("ease-in", [1.0, 0.95, 0.8, 0.55, 0.2]),
        ("ease-out", [1.0, 0.65, 0.4, 0.25, 0.2]),
        ("ease-in-out", [1.0, 0.882843, 0.6, 0.317157, 0.2]),
    ],
)
def test_ramps_are_those_of_their_interpolation_node(easing, expected):
    assert list(RAMPS) == ["linear", "ease-in", "ease-out", "ease-in-out"]
    frames = evenly(0.2, 0.6, ramp(1.0, 0.2, 5, easing), Keyframe(0.0, others=0.3))
    assert [frame.strength for frame in frames] == pytest.approx(expected, abs=1e-6)
    assert [frame.start for frame in frames] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])
    assert [frame.guaranteed for frame in frames] == [1, 0, 0, 0, 0] and {frame.others for frame in frames} == {0.3}


def test_a_ramp_over_images_leaves_its_end_out():
    images, strengths = zip(*image_ramp(1, 5, (1.0, 0.2), "ease-in-out"))
    assert images == (1, 2, 3, 4) and strengths == pytest.approx((1.0, 0.8, 0.4, 0.2))
    assert image_ramp(-2, -1, (0.5, 1.0), "linear") == ((-2, 0.5),)


@pytest.mark.parametrize("first, end", [(3, 1), (-2, 0)])
def test_a_ramp_over_no_images_is_refused(first, end):
    with pytest.raises(InvalidValue, match="no images"):
        image_ramp(first, end, (0.0, 1.0), "linear")


def test_a_list_of_no_strengths_is_refused():
    with pytest.raises(InvalidValue, match="0 strengths"):
        evenly(0.0, 1.0, [], Keyframe(0.0))
