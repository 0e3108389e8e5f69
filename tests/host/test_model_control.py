"""A control on the MODEL: what both prompts under Apply Control give, and nothing of it outside the run."""

import comfy.hooks
import comfy.model_management
import nodes as comfy_nodes
import pytest
import torch

from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.unit import Manner
from armature.control.weights import LayerWeights
from armature.errors import WrongControl
from armature.host.applying import Application, apply
from armature.host.model_control import apply_to_model

from . import tiny
from .test_interleaved import Case
from .test_sampling import EXACT, conditionings, ours, sample

FAMILY = tiny.SDXL
KINDS = {
    "ControlNet": lambda seed=1: ours(FAMILY, tiny.core_network(FAMILY, seed)),
    "LLLite": lambda seed=0: Case("LLLite", FAMILY).control(seed),
    "ComfyUI's ControlNet": lambda seed=1: tiny.core_control(tiny.core_network(FAMILY, seed)),
}
OURS = ("ControlNet", "LLLite")
IMAGE = tiny.hint(70, 50)
LEFT = torch.cat([torch.ones(1, 64, 32), torch.zeros(1, 64, 32)], dim=2)
PLACED = Manner(options=Options(areas="crop"))


@pytest.fixture(scope="module")
def base():
    return tiny.base_model(FAMILY)


@pytest.fixture(scope="module")
def both():
    return conditionings(FAMILY)


def equal(found, expected):
    torch.testing.assert_close(found, expected, **EXACT)


def agree(base, both, *applications, **run):
    """The run with the controls on the model equals that with them on both prompts, and is not the plain one."""
    model = base
    for application in applications:
        model = apply_to_model(model, application)
    found = sample(model, *both, **run)
    equal(found, sample(base, *apply(*both, *applications), **run))
    assert not torch.allclose(found, sample(base, *both, **run))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_it_equals_the_control_on_both_prompts_bit_for_bit(base, both, kind):
    agree(base, both, Application(KINDS[kind](), IMAGE, 0.8, (0.0, 0.9)), frames=2)


def test_it_equals_it_through_comfyuis_sampler_node(base, both):
    application = Application(KINDS["LLLite"](), IMAGE, 0.8)
    latent = {"samples": torch.zeros(1, 4, 8, 8)}
    run = {"seed": 3, "steps": 2, "cfg": 3.0, "sampler_name": "dpmpp_2m", "scheduler": "karras", "latent": latent}
    on_model, on_prompts, plain = (
        comfy_nodes.common_ksampler(model, positive=given[0], negative=given[1], **run)[0]["samples"]
        for model, given in ((apply_to_model(base, application), both), (base, apply(*both, application)), (base, both))
    )
    equal(on_model, on_prompts)
    assert not torch.allclose(on_model, plain)


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize(
    "manner", [Manner(mask=effect_mask(LEFT)), Manner(weights=LayerWeights("early"))], ids=["mask", "weights"]
)
def test_masks_and_weights_work(base, both, kind, manner):
    found = agree(base, both, Application(KINDS[kind](), IMAGE, 1.0, manner=manner))
    whole = sample(apply_to_model(base, Application(KINDS[kind](), IMAGE)), *both)
    assert not torch.allclose(found, whole)


def test_two_add_and_go_on_top_of_what_prompts_carry(base, both):
    first, second = Application(KINDS["ControlNet"](), IMAGE, 0.6), Application(KINDS["LLLite"](), IMAGE, 0.9)
    expected = agree(base, both, first, second)
    equal(sample(apply_to_model(base, second), *apply(*both, first)), expected)


def test_prompts_with_different_controls_keep_them(base, both):
    own, other = Application(KINDS["ControlNet"](), IMAGE, 0.6), Application(KINDS["ControlNet"](2), IMAGE)
    uneven = [apply(both[0], None, own)[0], both[1]]
    agree(base, uneven, other)


def test_what_the_old_apply_node_gives_to_the_negative_prompt_stays_there(base, both):
    own = Application(KINDS["ControlNet"](), IMAGE, 0.6, every_prompt=True)
    other = Application(KINDS["ControlNet"](2), IMAGE)
    old = [apply(both[0], None, own)[0], both[1]]
    equal(sample(apply_to_model(base, other), *old), sample(base, *apply(*both, own, other)))


def test_a_prompt_for_an_area_sees_its_part_of_the_image(base, both):
    area = comfy_nodes.ConditioningSetArea().append(both[0], 32, 64, 0, 0, 1.0)[0]
    prompts = [area + both[0], both[1]]
    found = agree(base, prompts, Application(KINDS["ControlNet"](), IMAGE, manner=PLACED))
    whole = apply(*prompts, Application(KINDS["ControlNet"](), IMAGE))
    assert not torch.allclose(found, sample(base, *whole))


def test_strength_zero_is_the_same_model(base):
    assert apply_to_model(base, Application(KINDS["ControlNet"](), IMAGE, 0.0)) is base


def test_clones_share_nothing_and_runs_repeat(base, both):
    plain, control = sample(base, *both), KINDS["ControlNet"]()
    weak = apply_to_model(base, Application(control, IMAGE, 0.4))
    strong = apply_to_model(weak, Application(control, 1 - IMAGE, 1.0))
    first = sample(weak, *both)
    assert not torch.allclose(sample(strong, *both), first)
    equal(sample(weak, *both), first)
    equal(sample(weak.clone(), *both), first)
    equal(sample(base, *both), plain)


def test_an_interrupted_run_leaves_nothing_behind(base, both):
    model = apply_to_model(base, Application(KINDS["LLLite"](), IMAGE))
    expected, plain = sample(model, *both), sample(base, *both)

    def interrupt(*_):
        raise comfy.model_management.InterruptProcessingException

    with pytest.raises(comfy.model_management.InterruptProcessingException):
        sample(model, *both, callback=interrupt)
    assert all("control" not in entry[1] for prompt in both for entry in prompt)
    equal(sample(base, *both), plain)
    equal(sample(model, *both), expected)


def test_the_network_is_loaded_with_the_base(base, both, monkeypatch):
    asked, load = [], comfy.model_management.load_models_gpu
    monkeypatch.setattr(
        comfy.model_management,
        "load_models_gpu",
        lambda models, *rest, **more: (asked.extend(models), load(models, *rest, **more))[1],
    )
    control = KINDS["ControlNet"]()
    sample(apply_to_model(base, Application(control, IMAGE)), *both)
    assert set(control.get_models()) <= set(asked)


def test_controls_that_hook_into_the_model_are_refused(base):
    control = KINDS["ComfyUI's ControlNet"]()
    control.extra_hooks = hooks = comfy.hooks.HookGroup()
    hooks.add(comfy.hooks.TransformerOptionsHook({"wrappers": {}}))
    with pytest.raises(WrongControl, match="Use Apply Control"):
        apply_to_model(base, Application(control, IMAGE))
