"""Control-LoRA and difference ControlNet inside ComfyUI's sampler: right on every base, and merged once."""

import gc
import json
import weakref

import comfy.controlnet
import comfy.memory_management
import comfy.model_management
import comfy.model_patcher
import comfy.ops
import nodes as comfy_nodes
import pytest
import torch

from armature.control.architecture import detect
from armature.control.architectures.control_lora import CONTROL_LORA
from armature.control.architectures.controlnet import CONTROLNET
from armature.control.architectures.difference import DIFFERENCE_CONTROLNET
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.errors import WrongBaseModel
from armature.host.applying import apply_control
from armature.host.binding import MOST_KEPT, BaseWeights, Bindings
from armature.host.sampling import ComfyControl

from ..control.architectures.tiny_relative import control_lora, difference
from . import tiny
from .test_sampling import EXACT, conditionings, ours, sample

WHOLE_RUN = (0.0, 1.0)
CHANGED = "diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_out.0.weight"


def lora_file(family, seed=8):
    return control_lora(tiny.core_network(family).state_dict(), seed=seed)


def loaded(family, file):
    checkpoint = Checkpoint({key: tensor.clone() for key, tensor in file.items()}, "x", family.heads)
    architecture, layout = detect(checkpoint, [CONTROLNET, DIFFERENCE_CONTROLNET, CONTROL_LORA])
    return ComfyControl(Bindings(architecture.load(checkpoint, layout, Backend())))


def run(base, family, *controls, strength=0.8, percents=WHOLE_RUN, **options):
    both = conditionings(family)
    for control in controls:
        both = apply_control(*both, control, tiny.hint(), strength, percents)
    return sample(base, *both, **options)


def with_lora(base, strength=0.7):
    """The base with weights added, as Load LoRA does it."""
    patched, shape = base.clone(), base.model.state_dict()[CHANGED].shape
    change = torch.randn(shape, generator=torch.Generator().manual_seed(8))
    patched.add_patches({CHANGED: ("diff", (change,))}, strength)
    return patched, base.model.state_dict()[CHANGED] + strength * change


@pytest.fixture
def merges(monkeypatch):
    """One entry for each time that weights are merged."""
    found, bound = [], Bindings._bound

    def counted(self, *given):
        found.append(self)
        return bound(self, *given)

    monkeypatch.setattr(Bindings, "_bound", counted)
    return found


@pytest.fixture(params=tiny.FAMILIES, ids=lambda family: family.name)
def family(request):
    return request.param


@pytest.fixture
def base(family):
    return tiny.base_model(family)


@pytest.mark.parametrize("patched", [False, True], ids=["base", "base with LoRA"])
def test_a_control_lora_equals_cores_bit_for_bit(family, base, patched):
    file, base = lora_file(family), with_lora(base)[0] if patched else base
    core = comfy.controlnet.load_controlnet_state_dict(dict(file))
    assert type(core) is comfy.controlnet.ControlLora
    theirs, mine = run(base, family, core), run(base, family, loaded(family, file))
    torch.testing.assert_close(mine, theirs, **EXACT)
    assert not torch.allclose(mine, run(base, family))


def test_a_difference_controlnet_equals_core_with_the_sum(family, base):
    network = tiny.core_network(family)
    prefix = "diffusion_model."
    weights = {key.removeprefix(prefix): w for key, w in base.model.state_dict().items() if key.startswith(prefix)}
    weights = {key: w for key, w in weights.items() if key in network.state_dict()}
    file = difference(network.state_dict(), weights)
    network.load_state_dict({key: file[key] + weights[key] if key in weights else file[key] for key in weights}, False)
    theirs = run(base, family, tiny.core_control(network))
    torch.testing.assert_close(run(base, family, loaded(family, file)), theirs, **EXACT)


def test_weights_are_merged_once_for_all_runs_and_copies(merges):
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base = tiny.base_model(family)
    first = run(base, family, control, control, steps=3)
    assert len(merges) == 1
    torch.testing.assert_close(run(base, family, control, control, steps=3), first, **EXACT)
    assert len(merges) == 1


def test_what_changes_the_base_is_merged_anew_and_nothing_else_is(merges):
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base = tiny.base_model(family)
    plain = run(base, family, control)
    patched, _ = with_lora(base)
    changed = run(patched, family, control)
    assert len(merges) == 2 and not torch.allclose(changed, plain)
    for model, expected in ((base.clone(), plain), (patched.clone(), changed), (base, plain)):
        torch.testing.assert_close(run(model, family, control), expected, **EXACT)
    assert len(merges) == 2
    run(base, family, loaded(family, lora_file(family, seed=9)))
    assert len(merges) == 3


def test_samplers_may_alternate_between_two_bases(merges):
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    one, other = tiny.base_model(family), tiny.base_model(family, seed=5)
    first, second = run(one, family, control), run(other, family, control)
    assert not torch.allclose(first, second)
    torch.testing.assert_close(run(one, family, control), first, **EXACT)
    torch.testing.assert_close(run(other, family, control), second, **EXACT)
    assert len(merges) == 2


def test_no_more_than_a_few_networks_are_kept():
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    bases = [tiny.base_model(family, seed) for seed in range(MOST_KEPT + 1)]
    for base in bases:
        run(base, family, control, steps=1)
    assert [key[0] for key in control.source.kept] == [id(base.model.diffusion_model) for base in bases[1:]]


def test_a_wrong_base_is_refused_and_merges_nothing(family, merges):
    other = next(f for f in tiny.FAMILIES if f is not family)
    control, model = loaded(family, lora_file(family)), tiny.base_model(other)
    with pytest.raises(WrongBaseModel, match=f"text {family.unet['context_dim']}"):
        run(model, other, control)
    assert not merges


def test_strength_zero_merges_nothing(merges):
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base = tiny.base_model(family)
    torch.testing.assert_close(run(base, family, control, strength=0.0), run(base, family), **EXACT)
    assert not merges


def test_it_stacks_and_leaves_nothing_behind(family, base):
    network, control = tiny.core_network(family, seed=2), loaded(family, lora_file(family))
    plain = run(base, family)
    core = comfy.controlnet.load_controlnet_state_dict(dict(lora_file(family)))
    expected = run(base, family, core, tiny.core_control(network))
    torch.testing.assert_close(run(base, family, control, ours(family, network)), expected, **EXACT)
    torch.testing.assert_close(run(base, family), plain, **EXACT)


def test_both_prompts_run_in_one_batch():
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base, batches = tiny.base_model(family), []
    run(base, family, control)
    (network,) = control.source.kept.values()
    network.model.middle_block.register_forward_pre_hook(lambda module, given: batches.append(given[0].shape[0]))
    run(base, family, control, steps=3)
    assert batches == [2, 2, 2]


def test_cores_apply_node_takes_it(family, base):
    control = loaded(family, lora_file(family))
    core = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(
        *conditionings(family), control, tiny.hint(), 0.8, 0.0, 1.0
    )
    torch.testing.assert_close(sample(base, *core), run(base, family, control), **EXACT)


def interrupt(*given):
    raise comfy.model_management.InterruptProcessingException


@pytest.mark.parametrize("interrupted", [False, True])
def test_the_network_goes_with_its_base(interrupted):
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base = tiny.base_model(family)
    both = apply_control(*conditionings(family), control, tiny.hint(), 0.8, WHOLE_RUN)
    if interrupted:
        handle = base.model.diffusion_model.middle_block[0].register_forward_pre_hook(interrupt)
        with pytest.raises(comfy.model_management.InterruptProcessingException):
            sample(base, *both)
        handle.remove()
    expected = sample(base, *both)
    (network,) = control.source.kept.values()
    network, unet = weakref.ref(network.model), weakref.ref(base.model.diffusion_model)
    torch.testing.assert_close(sample(base, *both), expected, **EXACT)
    if interrupted:
        base.model.diffusion_model.middle_block[0].register_forward_pre_hook(interrupt)
        with pytest.raises(comfy.model_management.InterruptProcessingException):
            sample(base, *both)
    del base
    gc.collect()
    assert unet() is None and network() is None and not control.source.kept
    torch.testing.assert_close(sample(tiny.base_model(family), *both), expected, **EXACT)


def test_the_network_goes_with_the_last_control_of_its_file():
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base = tiny.base_model(family)
    run(base, family, control)
    (network,) = control.source.kept.values()
    network = weakref.ref(network.model)
    del control
    gc.collect()
    assert network() is None


def test_comfyui_places_the_network_and_counts_it():
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base, other = tiny.base_model(family), tiny.base_model(family, seed=5)
    applied = control.copy().set_cond_hint(tiny.hint().movedim(-1, 1))
    residuals = 2 * 4 * 8 * 8 * sum(control.model.base.widths)
    network = 4 * sum(t.numel() for t in tiny.core_network(family).state_dict().values())
    assert applied.get_models() == []
    assert applied.inference_memory_requirements(torch.float32) == residuals + network
    run(base, family, control)
    (patcher,) = applied.get_models()
    assert patcher in comfy.model_management.loaded_models() and patcher.model_size() == network
    assert applied.inference_memory_requirements(torch.float32) == residuals
    run(other, family, control)  # the base of the next run is not known before its pre_run
    assert applied.get_models() == []
    assert applied.inference_memory_requirements(torch.float32) == residuals + network
    assert applied.inference_memory_requirements(torch.float8_e4m3fn) * 2 == residuals // 2 + network


def test_an_unloaded_network_is_placed_again():
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base = tiny.base_model(family)
    expected = run(base, family, control)
    comfy.model_management.unload_all_models()
    torch.testing.assert_close(run(base, family, control), expected, **EXACT)
    (patcher,) = control.get_models()
    assert patcher in comfy.model_management.loaded_models()


@tiny.NEEDS_CLONES
def test_a_clone_for_another_device_binds_its_own():
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    base, clone = tiny.base_model(family), control.deepclone_multigpu(tiny.CPU, autoregister=True)
    expected = run(base, family, control)
    assert not clone.source.kept
    torch.testing.assert_close(run(base, family, clone), expected, **EXACT)
    assert clone.source.patchers() != control.source.patchers()
    assert set(control.get_models()) == {*clone.source.patchers(), *control.source.patchers()}


def test_base_weights_are_the_patched_ones_wherever_comfyui_keeps_them():
    base = tiny.base_model(tiny.SD1)
    patched, expected = with_lora(base)
    name = CHANGED.removeprefix("diffusion_model.")

    def read():
        return BaseWeights(patched)[name]

    torch.testing.assert_close(read(), expected, **EXACT)  # not loaded
    patched.patch_model(tiny.CPU)
    torch.testing.assert_close(read(), expected, **EXACT)  # baked in
    patched.unpatch_model(tiny.CPU)
    patched.patch_model(tiny.CPU, lowvram_model_memory=1)
    assert patched.model.model_lowvram and not torch.equal(patched.model.state_dict()[CHANGED], expected)
    torch.testing.assert_close(read(), expected, **EXACT)  # on the fly
    patched.unpatch_model(tiny.CPU)
    assert "no.such.weight" not in BaseWeights(patched) and name in set(BaseWeights(patched))


class QuantisedBase(torch.nn.Module):
    """A model of one layer that ComfyUI keeps as scaled float8."""

    def __init__(self, weight, scale):
        super().__init__()
        self.diffusion_model = torch.nn.Module()
        self.diffusion_model.layer = comfy.ops.mixed_precision_ops({}).Linear(*weight.shape[::-1], bias=False)
        kind = torch.tensor(list(json.dumps({"format": "float8_e4m3fn"}).encode()), dtype=torch.uint8)
        prefix = "diffusion_model.layer."
        self.load_state_dict(
            {f"{prefix}weight": weight, f"{prefix}weight_scale": scale, f"{prefix}comfy_quant": kind}, strict=False
        )


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_base_weights_are_those_that_quantised_ones_stand_for(strength):
    weight, scale = torch.randn(16, 16).to(torch.float8_e4m3fn), torch.tensor(0.02)
    patcher = comfy.model_patcher.ModelPatcher(QuantisedBase(weight, scale), tiny.CPU, tiny.CPU)
    patcher.add_patches({"diffusion_model.layer.weight": ("diff", (torch.ones(16, 16),))}, strength)
    torch.testing.assert_close(BaseWeights(patcher)["layer.weight"], weight.float() * scale + strength, **EXACT)


def test_it_binds_under_dynamic_vram(monkeypatch):
    """There ComfyUI's layers are without weights until they are given some."""
    family, control = tiny.SD1, loaded(tiny.SD1, lora_file(tiny.SD1))
    model, base = control.source.model, BaseWeights(tiny.base_model(family))
    expected = model.bound(base, Backend(), torch.float32, tiny.CPU).state_dict()
    monkeypatch.setattr(comfy.memory_management, "aimdo_enabled", True)
    found = model.bound(base, Backend(comfy.ops.disable_weight_init), torch.float32, tiny.CPU).state_dict()
    for key, weight in expected.items():
        torch.testing.assert_close(found[key], weight, **EXACT)


def float8_base(family):
    config = tiny.Config({**family.unet, "out_channels": 4, "dtype": torch.float8_e4m3fn})
    config.manual_cast_dtype = torch.float32
    model = family.base(config, device=tiny.CPU)
    tiny.randomise(model.diffusion_model, 0)
    return comfy.model_patcher.ModelPatcher(model.eval(), tiny.CPU, tiny.CPU)


def test_on_a_float8_base_it_equals_cores_and_keeps_its_precision():
    family, file = tiny.SD1, lora_file(tiny.SD1)
    base, control = float8_base(family), loaded(family, file)
    theirs = run(base, family, comfy.controlnet.load_controlnet_state_dict(dict(file)))
    torch.testing.assert_close(run(base, family, control), theirs, **EXACT)
    (network,) = control.source.kept.values()
    assert {parameter.dtype for parameter in network.model.parameters()} == {torch.float32}
