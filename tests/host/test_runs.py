"""Every kind of run that ComfyUI has: control in it is what ComfyUI's own is, or what it is in the plain run."""

from dataclasses import replace
from types import SimpleNamespace

import comfy.hooks
import comfy.model_base
import nodes as comfy_nodes
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.unit import Manner
from armature.errors import WrongBaseModel
from armature.host.applying import Application, apply

from . import tiny
from .test_manner import FAMILIES
from .test_sampling import EXACT, conditionings, ours, sample

SD1 = tiny.SD1
INPAINT = replace(SD1, name="SD1 inpainting", unet={**SD1.unet, "in_channels": 9})
REFINER = tiny.Family(
    "SDXL refiner",
    {
        **tiny.COMMON,
        "transformer_depth": [0, 0, 1, 1, 1, 1, 0, 0],
        "transformer_depth_output": [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0],
        "context_dim": 40,
        "num_heads": -1,
        "num_head_channels": 32,
        "use_linear_in_transformer": True,
        "num_classes": "sequential",
        "adm_in_channels": tiny.POOLED + 5 * 256,
    },
    comfy.model_base.SDXLRefiner,
    {"num_head_channels": "32"},
)
PLACED = Manner(options=Options(areas="crop"))
LORA = "lora_unet_middle_block_1_transformer_blocks_0_attn2_to_out_0"


@pytest.fixture(scope="module")
def base():
    return tiny.base_model(SD1)


@pytest.fixture(scope="module")
def network():
    return tiny.core_network(SD1)


def compare(base, network, both, family=SD1, **run):
    """The run with ours, as our nodes apply it: with ComfyUI's own, by its own node, it is the same to the bit."""
    image = tiny.hint(70, 50)
    core_apply = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet
    theirs = core_apply(*both, tiny.core_control(network), image, 0.8, 0.0, 0.9)
    mine = apply(*both, Application(ours(family, network), image, 0.8, (0.0, 0.9), PLACED))
    found, expected = sample(base, *mine, **run), sample(base, *theirs, **run)
    torch.testing.assert_close(found, expected, **EXACT)
    return found


@settings(max_examples=5, deadline=None)
@given(
    sampler=st.sampled_from(["dpm_2", "dpm_2_ancestral", "heun", "dpmpp_2s_ancestral", "lcm", "uni_pc", "euler"]),
    denoise=st.sampled_from([0.4, 0.75, 1.0]),
    size=st.tuples(st.integers(5, 15), st.integers(5, 15)),
    frames=st.integers(1, 2),
    cfg=st.sampled_from([1.0, 4.0]),
)
def test_samplers_denoise_sizes_batches_and_distilled_bases(base, network, sampler, denoise, size, frames, cfg):
    """At cfg 1, as distilled bases are sampled, ComfyUI leaves the negative prompt out."""
    run = {"sampler": sampler, "denoise": denoise, "size": size, "frames": frames, "cfg": cfg, "steps": 2}
    compare(base, network, conditionings(SD1), **run)


def keyframed(strength):
    """A LoRA on the base as a hook: whole at first, and a part of it later."""
    generator = torch.Generator().manual_seed(8)
    up, down = torch.randn(128, 4, generator=generator), torch.randn(4, 128, generator=generator)
    hooks = comfy.hooks.create_hook_lora(
        {f"{LORA}.lora_up.weight": up, f"{LORA}.lora_down.weight": down}, strength, 0.0
    )
    keyframes = comfy.hooks.HookKeyframeGroup()
    for part, start in ((1.0, 0.0), (0.2, 0.5)):
        keyframes.add(comfy.hooks.HookKeyframe(part, start))
    hooks.set_keyframes_on_hooks(keyframes)
    return hooks


def test_hooks_and_their_keyframes(base, network):
    """Two prompts with a hook each and a negative without, which ComfyUI evaluates apart."""
    positive, negative = conditionings(SD1)
    first, second = (comfy.hooks.set_hooks_for_conditioning(positive, keyframed(s)) for s in (0.7, -0.5))
    hooked, plain = (compare(base, network, (given, negative)) for given in (first + second, positive))
    assert not torch.allclose(hooked, plain)


def test_default_conditionings(base, network):
    left = torch.zeros(1, 64, 64)
    left[..., :24] = 1.0
    masked = comfy.hooks.set_conds_props(list(conditionings(SD1)), 1.0, "default", mask=left)
    rest = [tiny.conditioning(SD1, seed) for seed in (20, 21)]
    both = comfy.hooks.set_default_conds_and_combine(masked, rest)
    assert not torch.allclose(compare(base, network, both), sample(base, *both))


def test_inpainting_bases_of_9_channels(network):
    base = tiny.base_model(INPAINT)
    base.model.set_inpaint()
    vae = SimpleNamespace(
        encode=lambda pixels: torch.nn.functional.avg_pool2d(pixels.movedim(-1, 1), 8)[:, [0, 1, 2, 0]]
    )
    mask = torch.zeros(1, 64, 64)
    mask[:, 16:48, 16:48] = 1.0
    encode = comfy_nodes.InpaintModelConditioning().encode
    positive, negative, _ = encode(*conditionings(SD1), tiny.hint(), vae, mask, False)
    assert not torch.allclose(compare(base, network, (positive, negative)), sample(base, positive, negative))


def test_the_refiner_takes_controls_of_its_shape_and_no_others():
    base, network = tiny.base_model(REFINER), tiny.core_network(REFINER)
    both = conditionings(REFINER)
    assert not torch.allclose(compare(base, network, both, REFINER), sample(base, *both))
    wrong = apply(*both, Application(ours(tiny.SDXL, tiny.core_network(tiny.SDXL)), tiny.hint()))
    with pytest.raises(WrongBaseModel):
        sample(base, *wrong)


def on_two_devices(family):
    """A base, and the same with a clone for a second device, which here is the CPU by another name."""
    base = tiny.base_model(family)
    base.cached_patcher_init = (tiny.base_model, (family,))
    clone = base.deepclone_multigpu(torch.device("cpu", 0))
    clone.is_multigpu_base_clone = True
    two = base.clone()
    two.set_additional_models("multigpu", [clone])
    return base, two


@tiny.NEEDS_CLONES
@pytest.mark.parametrize(
    "case",
    [case for case in FAMILIES if case.name in ("XS type A", "Control-LoRA", "ComfyUI's ControlNet")],
    ids=lambda case: case.name,
)
def test_two_devices_equal_one(case):
    """Two threads, each with a clone of base and control, and a prompt for an area. Other batches; measured 0."""
    mask = effect_mask(torch.rand(1, 16, 16, generator=torch.Generator().manual_seed(1)))
    application = Application(case.control(), tiny.hint(128, 128), 0.8, manner=replace(PLACED, mask=mask))
    positive, negative = conditionings(case.base)
    positive = positive + comfy_nodes.ConditioningSetArea().append(positive, 64, 128, 64, 0, 1.0)[0]
    both = apply(positive, negative, application)
    control, size = both[0][0][1]["control"], (16, 16)
    one, two = on_two_devices(case.base)
    expected, found = (sample(base, *both, size=size, steps=1) for base in (one, two))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    (clone,) = control.multigpu_clones.values()
    assert clone.clock.evaluated == control.clock.evaluated
