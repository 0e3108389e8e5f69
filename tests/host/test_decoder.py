"""What an unlocked decoder learned: ComfyUI's own nodes load it, save it, and draw with it what training drew."""

import comfy.sd
import comfy.utils
import pytest
import torch
from comfy_extras.nodes_lora_extract import LORAType, calc_lora_model
from comfy_extras.nodes_model_merging import ModelSubtract

from armature.host.binding import BaseWeights
from armature.host.decoder import with_decoder, write_decoder
from armature.host.practice import load_practice_model
from armature.host.probing import Sampling

from . import tiny

PREFIX = "diffusion_model."
BOUNDS = {"fp32": 4e-9, "fp16": 2e-6}  # half a unit of the largest change; of the weights in fp16 it is 5e-4


@pytest.fixture(scope="module")
def practice():
    return load_practice_model()


@pytest.fixture(scope="module")
def learned(practice):
    return moved(practice[0])


def moved(model):
    """A decoder's weights, as far from the base's as after some hundred steps."""
    before, generator = BaseWeights(model), torch.Generator().manual_seed(0)
    names = [name for name in before if name.startswith(("output_blocks.", "out."))]
    return {name: before[name] + 1e-3 * torch.randn(before[name].shape, generator=generator) for name in names}


def with_lora(model, file, strength=1.0):
    """As Load LoRA does it."""
    tensors = comfy.utils.load_torch_file(str(file), safe_load=True)
    return comfy.sd.load_lora_for_models(model, None, tensors, strength, 0.0)[0]


def apart(model, expected):
    weights = BaseWeights(model)
    return max(float((weights[name] - weight).abs().max()) for name, weight in expected.items())


def drawn(practice, model):
    _, clip, _ = practice
    words, nothing = (clip.encode_from_tokens_scheduled(clip.tokenize(text)) for text in ("a red circle", ""))
    return Sampling(model, words, nothing, {"samples": torch.zeros(1, 8, 8, 8)}, 1, 2, 3.0, "euler", "normal").run()


@pytest.mark.parametrize("dtype", BOUNDS)
def test_load_lora_draws_what_training_drew(practice, learned, tmp_path, dtype):
    model = practice[0]
    again = with_lora(model, write_decoder(model, learned, tmp_path / "x.safetensors", dtype, {}))
    assert apart(again, learned) < BOUNDS[dtype]
    assert set(again.patches) == {f"{PREFIX}{name}" for name in learned}
    expected = drawn(practice, with_decoder(model, learned))
    assert (expected - drawn(practice, model)).abs().max() > 0.01
    torch.testing.assert_close(drawn(practice, again), expected, rtol=0, atol=1e3 * BOUNDS[dtype])


@pytest.mark.parametrize("family", [tiny.SD1, tiny.SD2, tiny.SDXL], ids=lambda family: family.name)
def test_load_lora_knows_every_weight_of_every_base(family, tmp_path):
    model = tiny.base_model(family)
    learned = moved(model)
    again = with_lora(model, write_decoder(model, learned, tmp_path / "x.safetensors", "fp32", {}))
    assert set(again.patches) == {f"{PREFIX}{name}" for name in learned}
    assert apart(again, learned) < BOUNDS["fp32"]


def test_its_strength_leads_from_the_base_to_what_was_learned(practice, learned, tmp_path):
    model = practice[0]
    file, before = write_decoder(model, learned, tmp_path / "x.safetensors", "fp32", {}), BaseWeights(model)
    between = {name: (weight + before[name]) / 2 for name, weight in learned.items()}
    assert apart(with_lora(model, file, 0.5), between) < BOUNDS["fp32"]


def test_what_was_learned_under_a_lora_is_added_to_it(practice, learned, tmp_path):
    model, name = practice[0].clone(), "output_blocks.0.0.in_layers.2.weight"
    model.add_patches({f"{PREFIX}{name}": ("diff", (torch.full_like(learned[name], 0.1),))})
    file = write_decoder(model, learned, tmp_path / "x.safetensors", "fp32", {})
    assert apart(with_lora(model, file), learned) < BOUNDS["fp32"]
    assert apart(with_decoder(model, learned), learned) == 0
    assert abs(apart(with_lora(practice[0], file), learned) - 0.1) < 1e-6


def test_the_layout_is_that_of_comfyuis_own_extract_and_save_lora(practice, learned, tmp_path):
    model = practice[0]
    ours = comfy.utils.load_torch_file(str(write_decoder(model, learned, tmp_path / "x.safetensors", "fp16", {})))
    (subtracted,) = ModelSubtract().merge(with_decoder(model, learned), model, 1.0)
    theirs = calc_lora_model(subtracted, 8, PREFIX, PREFIX, {}, LORAType.FULL_DIFF, bias_diff=True)
    changed = {key for key, difference in theirs.items() if difference.abs().max() > 1e-4}
    assert ours.keys() == changed
    assert max(float((ours[key].float() - theirs[key].float()).abs().max()) for key in ours) < BOUNDS["fp16"]


def test_the_model_saves_as_a_checkpoint_with_it(practice, learned, tmp_path):
    file = tmp_path / "whole.safetensors"
    comfy.sd.save_checkpoint(str(file), with_decoder(practice[0], learned))
    saved = comfy.utils.load_torch_file(str(file))
    assert all(torch.equal(saved[f"model.{PREFIX}{name}"], weight) for name, weight in learned.items())
    before = practice[0].model.diffusion_model.state_dict()
    assert torch.equal(saved[f"model.{PREFIX}input_blocks.0.0.weight"], before["input_blocks.0.0.weight"])
