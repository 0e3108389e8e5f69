"""Parity: with the same weights, our control and ComfyUI's own give the same images."""

import gc
import weakref

import comfy.model_management
import comfy.sample
import folder_paths
import nodes as comfy_nodes
import pytest
import torch
from comfy import ops
from safetensors.torch import save_file

from armature.control.architecture import detect
from armature.control.architectures.controlnet import CONTROLNET
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.errors import WrongBaseModel
from armature.host.applying import apply_control
from armature.host.loading import comfy_attention, hosted
from armature.host.sampling import joined, to_comfy

from . import tiny

EXACT = {"rtol": 0, "atol": 0}


def ours(family, network):
    weights = {key: value.clone() for key, value in network.state_dict().items()}
    checkpoint = Checkpoint(weights, family.name, family.heads)
    architecture, layout = detect(checkpoint, [CONTROLNET])
    backend = Backend(ops.disable_weight_init, comfy_attention)
    return hosted(architecture.load(checkpoint, layout, backend), torch.float32)


@pytest.fixture(scope="module", params=tiny.FAMILIES, ids=lambda family: family.name)
def family(request):
    return request.param


@pytest.fixture(scope="module")
def base(family):
    return tiny.base_model(family)


@pytest.fixture(scope="module")
def network(family):
    return tiny.core_network(family)


def sample(
    base, positive, negative, size=(8, 8), frames=1, steps=2, sampler="euler", denoise=1.0, cfg=3.0, callback=None
):
    latent = torch.zeros(frames, 4, *size)
    noise = torch.randn(latent.shape, generator=torch.Generator().manual_seed(3))
    return comfy.sample.sample(
        base,
        noise,
        steps,
        cfg,
        sampler,
        "normal",
        positive,
        negative,
        latent,
        denoise=denoise,
        disable_pbar=True,
        callback=callback,
        seed=3,
    )


def conditionings(family):
    return tiny.conditioning(family, 10), tiny.conditioning(family, 11)


@pytest.mark.parametrize(
    "strength, percents",
    [(1.0, (0.0, 1.0)), (0.35, (0.0, 1.0)), (1.0, (0.3, 1.0)), (2.0, (0.0, 0.5)), (1.0, (0.5, 0.5))],
)
def test_a_run_equals_core_bit_for_bit(family, base, network, strength, percents):
    positive, negative = conditionings(family)
    image = tiny.hint()
    theirs = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(
        positive, negative, tiny.core_control(network), image, strength, *percents
    )
    mine = apply_control(positive, negative, ours(family, network), image, strength, percents)
    torch.testing.assert_close(sample(base, *mine), sample(base, *theirs), **EXACT)


def test_control_changes_the_result(family, base, network):
    positive, negative = conditionings(family)
    mine = apply_control(positive, negative, ours(family, network), tiny.hint(), 1.0, (0.0, 1.0))
    assert not torch.allclose(sample(base, *mine), sample(base, positive, negative))


def test_strength_zero_is_the_plain_run(family, base, network):
    positive, negative = conditionings(family)
    control = ours(family, network)
    assert apply_control(positive, negative, control, tiny.hint(), 0.0, (0.0, 1.0)) == (positive, negative)
    silent = apply_control(positive, negative, control, tiny.hint(), 1.0, (0.0, 1.0))
    for entry in (*silent[0], *silent[1]):
        entry[1]["control"].strength = 0.0
    torch.testing.assert_close(sample(base, *silent), sample(base, positive, negative), **EXACT)


@pytest.mark.parametrize(
    "size, frames, hints", [((9, 7), 1, 1), ((12, 8), 3, 1), ((5, 16), 3, 3), ((8, 8), 3, 2), ((8, 8), 2, 3)]
)
def test_sizes_and_batches_equal_core(family, base, network, size, frames, hints):
    positive, negative = conditionings(family)
    image = tiny.hint(70, 50, hints)
    theirs = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(
        positive, negative, tiny.core_control(network), image, 0.8, 0.0, 1.0
    )
    mine = apply_control(positive, negative, ours(family, network), image, 0.8, (0.0, 1.0))
    a, b = (sample(base, *pair, size=size, frames=frames, steps=2) for pair in (mine, theirs))
    torch.testing.assert_close(a, b, **EXACT)


@pytest.mark.parametrize("sampler, denoise", [("dpmpp_2m", 1.0), ("euler_ancestral", 1.0), ("heun", 0.6)])
def test_samplers_and_partial_denoising_equal_core(family, base, network, sampler, denoise):
    positive, negative = conditionings(family)
    theirs = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(
        positive, negative, tiny.core_control(network), tiny.hint(), 0.7, 0.0, 0.8
    )
    mine = apply_control(positive, negative, ours(family, network), tiny.hint(), 0.7, (0.0, 0.8))
    a, b = (sample(base, *pair, sampler=sampler, denoise=denoise) for pair in (mine, theirs))
    torch.testing.assert_close(a, b, **EXACT)


@pytest.mark.parametrize("first, second", [("ours", "core"), ("core", "ours"), ("ours", "ours")])
def test_chains_equal_two_of_core(family, base, network, first, second):
    other = tiny.core_network(family, seed=2)
    kinds = {"ours": lambda net: ours(family, net), "core": tiny.core_control}

    def chained(a, b):
        once = apply_control(*conditionings(family), kinds[a](network), tiny.hint(), 0.5, (0.0, 1.0))
        return apply_control(*once, kinds[b](other), tiny.hint(32, 64), 0.9, (0.2, 1.0))

    torch.testing.assert_close(sample(base, *chained(first, second)), sample(base, *chained("core", "core")), **EXACT)


def test_core_apply_takes_our_control_and_ours_takes_cores(family, base, network):
    positive, negative = conditionings(family)
    core_apply = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet
    reference = core_apply(positive, negative, tiny.core_control(network), tiny.hint(), 0.6, 0.0, 0.9)
    ours_in_core = core_apply(positive, negative, ours(family, network), tiny.hint(), 0.6, 0.0, 0.9)
    core_in_ours = apply_control(positive, negative, tiny.core_control(network), tiny.hint(), 0.6, (0.0, 0.9))
    expected = sample(base, *reference)
    assert not torch.allclose(expected, sample(base, positive, negative))
    torch.testing.assert_close(sample(base, *ours_in_core), expected, **EXACT)
    torch.testing.assert_close(sample(base, *core_in_ours), expected, **EXACT)


def test_the_legacy_apply_node_takes_our_control(family, base, network):
    positive, negative = conditionings(family)
    legacy = comfy_nodes.ControlNetApply().apply_controlnet
    (mine,), (theirs,) = (
        legacy(positive, control, tiny.hint(), 0.6) for control in (ours(family, network), tiny.core_control(network))
    )
    torch.testing.assert_close(sample(base, mine, negative), sample(base, theirs, negative), **EXACT)


def test_positive_alone_equals_core(family, base, network):
    positive, negative = conditionings(family)
    ours_alone, blocked = apply_control(positive, None, ours(family, network), tiny.hint(), 1.0, (0.0, 1.0))
    core_alone, _ = apply_control(positive, None, tiny.core_control(network), tiny.hint(), 1.0, (0.0, 1.0))
    torch.testing.assert_close(sample(base, ours_alone, negative), sample(base, core_alone, negative), **EXACT)
    assert "negative" in blocked.message


def test_one_object_serves_both_conditionings(network, family):
    positive, negative = conditionings(family)
    a, b = apply_control(positive, negative, ours(family, network), tiny.hint(), 1.0, (0.0, 1.0))
    assert a[0][1]["control"] is b[0][1]["control"]
    assert "control" not in positive[0][1]


def test_a_lora_on_the_base_and_control_equal_core(family, base, network, tmp_path, monkeypatch):
    positive, negative = conditionings(family)
    width = base.model.state_dict()["diffusion_model.middle_block.0.in_layers.2.weight"].shape[0]
    generator = torch.Generator().manual_seed(8)
    name = "lora_unet_middle_block_1_transformer_blocks_0_attn2_to_out_0"
    save_file(
        {
            f"{name}.lora_up.weight": torch.randn(width, 4, generator=generator),
            f"{name}.lora_down.weight": torch.randn(4, width, generator=generator),
        },
        tmp_path / "x.safetensors",
    )
    monkeypatch.setitem(folder_paths.folder_names_and_paths, "loras", ([str(tmp_path)], {".safetensors"}))
    patched, _ = comfy_nodes.LoraLoader().load_lora(base, None, "x.safetensors", 0.7, 0.0)
    mine, theirs = (
        apply_control(positive, negative, control, tiny.hint(), 0.8, (0.0, 1.0))
        for control in (ours(family, network), tiny.core_control(network))
    )
    with_lora = sample(patched, *mine)
    torch.testing.assert_close(with_lora, sample(patched, *theirs), **EXACT)
    assert not torch.allclose(with_lora, sample(base, *mine))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_of_any_channels_are_taken(family, base, network, channels):
    positive, negative = conditionings(family)
    image = tiny.hint(channels=channels)
    rgb = {1: lambda i: i.expand(-1, -1, -1, 3), 3: lambda i: i, 4: lambda i: i[..., :3] * i[..., 3:]}[channels](image)
    mine = apply_control(positive, negative, ours(family, network), image, 1.0, (0.0, 1.0))
    theirs = apply_control(positive, negative, tiny.core_control(network), rgb, 1.0, (0.0, 1.0))
    torch.testing.assert_close(sample(base, *mine), sample(base, *theirs), **EXACT)


def test_a_wrong_base_is_named_before_sampling(family, network):
    other = next(f for f in tiny.FAMILIES if f is not family)
    mine = apply_control(*conditionings(other), ours(family, network), tiny.hint(), 1.0, (0.0, 1.0))
    model = tiny.base_model(other)
    calls = []
    model.model.diffusion_model.register_forward_pre_hook(lambda *given: calls.append(given))
    with pytest.raises(WrongBaseModel, match=f"text {family.unet['context_dim']}.*text {other.unet['context_dim']}"):
        sample(model, *mine)
    assert not calls


def test_the_hint_is_encoded_once_a_run_and_control_runs_in_one_batch(family, base, network):
    control = ours(family, network)
    encodings, batches = [], []
    control.model.input_hint_block.register_forward_pre_hook(lambda module, given: encodings.append(given))
    control.model.middle_block.register_forward_pre_hook(lambda module, given: batches.append(given[0].shape[0]))
    mine = apply_control(*conditionings(family), control, tiny.hint(), 1.0, (0.0, 1.0))
    for run in (1, 2):
        sample(base, *mine, steps=4)
        assert (len(encodings), batches) == (run, [2] * 4 * run)


def test_outside_its_range_the_network_does_not_run(family, base, network):
    control = ours(family, network)
    calls = []
    control.model.middle_block.register_forward_pre_hook(lambda *given: calls.append(given))
    sample(base, *apply_control(*conditionings(family), control, tiny.hint(), 1.0, (0.0, 0.5)), steps=4)
    assert len(calls) == 2


def test_a_run_after_an_interrupted_one_is_like_the_first(family, base, network):
    control = ours(family, network)
    mine = apply_control(*conditionings(family), control, tiny.hint(), 1.0, (0.0, 1.0))
    expected = sample(base, *mine)

    def interrupt(*given):
        raise comfy.model_management.InterruptProcessingException

    handle = base.model.diffusion_model.middle_block[0].register_forward_pre_hook(interrupt)
    with pytest.raises(comfy.model_management.InterruptProcessingException):
        sample(base, *mine)
    handle.remove()
    torch.testing.assert_close(sample(base, *mine), expected, **EXACT)


def test_a_control_that_was_used_does_not_keep_its_base(family, network):
    base = tiny.base_model(family)
    mine = apply_control(*conditionings(family), ours(family, network), tiny.hint(), 1.0, (0.0, 1.0))
    sample(base, *mine)
    unet = weakref.ref(base.model.diffusion_model)
    del base
    gc.collect()
    assert unet() is None and mine[0][0][1]["control"].strength == 1.0


def test_cleanup_can_come_first_and_twice(family, network):
    control = ours(family, network)
    control.cleanup()
    control.cleanup()
    copied = control.copy().set_cond_hint(tiny.hint().movedim(-1, 1))
    copied.cleanup()
    assert copied.cond_hint_original is not None


@tiny.NEEDS_CLONES
def test_a_clone_for_another_device_has_its_own_weights(family, base, network):
    control = ours(family, network)
    clone = control.deepclone_multigpu(tiny.CPU, autoregister=True)
    assert control.get_instance_for_device(tiny.CPU) is clone
    assert clone.model is not control.model and clone.patcher.model is clone.model
    mine, other = (apply_control(*conditionings(family), c, tiny.hint(), 1.0, (0.0, 1.0)) for c in (control, clone))
    torch.testing.assert_close(sample(base, *mine), sample(base, *other), **EXACT)


def test_its_memory_is_told(family, network):
    control = ours(family, network).set_cond_hint(tiny.hint(512, 512).movedim(-1, 1))
    assert control.inference_memory_requirements(torch.float16) == 2 * 2 * 64 * 64 * sum(control.model.base.widths)
    assert control.get_models() == [control.patcher]


def test_lists_are_popped_from_the_end():
    lists = to_comfy({("input", 1): "i1", ("middle", 0): "m", ("skip", 0): "s0", ("skip", 1): "s1"}, skips=3)
    assert lists == {"input": [None, "i1", None], "middle": ["m"], "output": ["s0", "s1", None]}


def lists(numbers, ndim):
    """A control dict whose tensors hold one number each."""
    made = {kind: [n and torch.full((1,) * ndim, n) for n in some] for kind, some in numbers.items()}
    return {"input": [], "middle": [], "output": []} | made


def values(control):
    return {kind: [None if tensor is None else tensor.item() for tensor in some] for kind, some in control.items()}


def test_lists_of_unlike_length_meet_at_the_end_where_unets_begin():
    mine, theirs = {"input": [1, 2], "output": [None, 3]}, {"input": [10], "middle": [4], "output": [5, 6, 7]}
    found = joined(lists(mine, 4), lists(theirs, 4))
    assert values(found) == {"input": [1, 12], "middle": [4], "output": [5, 6, 10]}


def test_lists_of_unlike_length_meet_at_the_beginning_where_transformers_begin():
    mine, theirs = {"input": [1, 2], "output": [None, 3]}, {"input": [10], "output": [5, 6, 7]}
    found = joined(lists(mine, 3), lists(theirs, 3))
    assert values(found) == {"input": [11, 2], "middle": [], "output": [5, 9, 7]}
