"""Masks, weights, schedules and options in ComfyUI's sampler, for every family and for ComfyUI's own controls."""

import pytest
import torch
from comfy.model_management import InterruptProcessingException

from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.schedule import Keyframe, Keyframes, Schedule, Values
from armature.control.unit import Manner
from armature.control.weights import LayerWeights
from armature.host.applying import Application, apply

from ..control.architectures.tiny_relative import base_weights, difference
from . import test_union, tiny
from .test_binding import loaded, lora_file
from .test_families import adapter, core_adapter, our_adapter
from .test_interleaved import CASES
from .test_sampling import EXACT, conditionings, ours, sample


class Plain:
    """A family's control whose weights are made by ComfyUI's own classes."""

    def __init__(self, name, base, control):
        self.name, self.base, self.control = name, base, control


def difference_file(family):
    """Of a tiny ControlNet and a base of its own."""
    whole = tiny.core_network(family).state_dict()
    return difference(whole, base_weights(whole))


FAMILIES = [
    Plain("ControlNet", tiny.SD1, lambda: ours(tiny.SD1, tiny.core_network(tiny.SD1))),
    Plain("T2I-Adapter", tiny.SDXL, lambda: our_adapter(adapter(True))),
    *CASES,
    Plain("Control-LoRA", tiny.SD1, lambda: loaded(tiny.SD1, lora_file(tiny.SD1))),
    Plain("difference ControlNet", tiny.SDXL, lambda: loaded(tiny.SDXL, difference_file(tiny.SDXL))),
    Plain("ControlNet Union", test_union.FAMILY, lambda: test_union.our_control(test_union.core_network())),
    Plain("ComfyUI's ControlNet", tiny.SD1, lambda: tiny.core_control(tiny.core_network(tiny.SD1))),
    Plain("ComfyUI's T2I-Adapter", tiny.SDXL, lambda: core_adapter(adapter(True))),
]
PLAIN = Manner()
LEFT = torch.cat([torch.ones(1, 64, 32), torch.zeros(1, 64, 32)], dim=2)
SHAPED = [
    Manner(mask=effect_mask(LEFT)),
    Manner(weights=LayerWeights("soft")),
    Manner(weights=LayerWeights("early")),
    Manner(Schedule(course=Values((1.0, 0.3)), basis="steps")),
    Manner(Schedule(course=Keyframes((Keyframe(0.0, mask=effect_mask(LEFT)),)))),
    Manner(options=Options(uncond=0.25)),
    Manner(options=Options(uncond=0.0)),
    Manner(options=Options(mode="control")),
]


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture(scope="module")
def base(case):
    return tiny.base_model(case.base)


def run(base, family, control=None, manner=PLAIN, strength=1.0, **options):
    both = conditionings(family)
    if control is not None:
        both = apply(*both, Application(control, tiny.hint(), strength, manner=manner))
    return sample(base, *both, **options)


@pytest.fixture(scope="module")
def plain(case, base):
    """The run without a control."""
    return run(base, case.base)


@pytest.fixture(scope="module")
def whole(case, base):
    """The run with a control that acts everywhere."""
    return run(base, case.base, case.control())


def test_a_mask_of_zeros_is_no_control(case, base, plain):
    nowhere = Manner(mask=effect_mask(torch.zeros(1, 8, 8)))
    torch.testing.assert_close(run(base, case.base, case.control(), nowhere), plain, **EXACT)


def test_a_mask_of_ones_is_no_mask(case, base, whole):
    everywhere = Manner(mask=effect_mask(torch.ones(1, 8, 8)))
    torch.testing.assert_close(run(base, case.base, case.control(), everywhere), whole, **EXACT)


def test_a_mask_acts_where_it_is(case, base):
    plain, whole = run(base, case.base, size=(8, 16)), run(base, case.base, case.control(), size=(8, 16))
    mask = torch.zeros(1, 64, 128)
    mask[..., :32] = 1.0
    masked = run(base, case.base, case.control(), Manner(mask=effect_mask(mask)), size=(8, 16))
    assert not torch.allclose(masked, plain) and not torch.allclose(masked, whole)


def test_weights_of_zeros_are_no_control(case, base, plain):
    silent = Manner(Schedule(course=Values((0.0,))))
    torch.testing.assert_close(run(base, case.base, case.control(), silent), plain, **EXACT)


def test_for_the_positive_prompt_alone_it_equals_a_negative_without_control(case, base):
    """The same rows in other batches: measured up to 4e-6 in fp32."""
    alone, size = Manner(options=Options(uncond=0.0)), (16, 16)  # at 8 x 8 XS would normalise single values
    positive, negative = conditionings(case.base)
    controlled, _ = apply(positive, negative, Application(case.control(), tiny.hint()))
    expected = sample(base, controlled, negative, size=size)
    found = run(base, case.base, case.control(), alone, size=size)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_the_unet_stays_batched(case, base):
    batches = []
    handle = base.model.diffusion_model.middle_block[0].register_forward_pre_hook(
        lambda module, given: batches.append(given[0].shape[0])
    )
    run(base, case.base, case.control(), Manner(mask=effect_mask(LEFT), options=Options(uncond=0.0)), size=(16, 16))
    handle.remove()
    assert batches == [2, 2]


def test_negative_strengths_and_leftovers(case, base, plain):
    shaped = Manner(mask=effect_mask(LEFT), weights=LayerWeights("soft"))
    once = run(base, case.base, case.control(), shaped, -0.5)
    assert once.isfinite().all() and not torch.allclose(once, plain)
    torch.testing.assert_close(run(base, case.base), plain, **EXACT)
    torch.testing.assert_close(run(base, case.base, case.control(), shaped, -0.5), once, **EXACT)


def test_an_interrupt_leaves_nothing(case, base, plain, whole):
    control = case.control()

    def interrupt(*progress):
        raise InterruptProcessingException

    with pytest.raises(InterruptProcessingException):
        run(base, case.base, control, size=(16, 16), callback=interrupt)
    torch.testing.assert_close(run(base, case.base), plain, **EXACT)
    torch.testing.assert_close(run(base, case.base, control), whole, **EXACT)


@pytest.mark.parametrize("manner", SHAPED, ids=str)
@pytest.mark.parametrize("xl", [False, True], ids=["ControlNet", "T2I-Adapter"])
def test_comfyuis_controls_obey_as_ours_do(xl, manner):
    """To the bit, but where ours computes fewer rows or scales once what ComfyUI scales twice."""
    family = tiny.SDXL if xl else tiny.SD1
    base = tiny.base_model(family)
    network = adapter(True) if xl else tiny.core_network(family)
    own, theirs = (our_adapter, core_adapter) if xl else ((lambda n: ours(family, n)), tiny.core_control)
    found = [run(base, family, control, manner, 0.7) for control in (own(network), theirs(network))]
    torch.testing.assert_close(*found, rtol=1e-5, atol=1e-5)


def test_only_the_positive_half_goes_through_the_network():
    control, batches = ours(tiny.SD1, tiny.core_network(tiny.SD1)), []
    control.model.middle_block[0].register_forward_pre_hook(lambda module, given: batches.append(given[0].shape[0]))
    run(tiny.base_model(tiny.SD1), tiny.SD1, control, Manner(options=Options(mode="control")))
    assert batches == [1, 1]


def test_blocks_behind_the_last_weight_are_not_computed():
    control, reached = ours(tiny.SDXL, tiny.core_network(tiny.SDXL)), []
    for n, block in enumerate([*control.model.input_blocks, control.model.middle_block]):
        block.register_forward_pre_hook(lambda module, given, n=n: reached.append(n))
    run(tiny.base_model(tiny.SDXL), tiny.SDXL, control, Manner(weights=LayerWeights("early")), steps=1)
    assert reached == [0, 1, 2, 3, 4]


def test_hints_follow_the_batch_as_asked():
    network, base = tiny.core_network(tiny.SD1), tiny.base_model(tiny.SD1)
    hints = tiny.hint(frames=3)

    def frames(control):
        return sample(base, *apply(*conditionings(tiny.SD1), Application(control, hints)), frames=4)

    torch.testing.assert_close(frames(ours(tiny.SD1, network)), frames(tiny.core_control(network)), **EXACT)


def test_reused_residuals_come_close():
    control, family = ours(tiny.SD1, tiny.core_network(tiny.SD1)), tiny.SD1
    base, calls = tiny.base_model(family), []
    handle = control.model.middle_block[0].register_forward_pre_hook(lambda module, given: calls.append(1))
    run(base, family, control, Manner(options=Options(reuse=2)), steps=6)
    assert len(calls) == 3
    calls.clear()
    run(base, family, control, steps=6)
    assert len(calls) == 6
    handle.remove()
