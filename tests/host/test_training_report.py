"""The picture on Train Control: what ComfyUI's own sampler would draw, beside the hint, as often as asked."""

import comfy.sample
import comfy.samplers
import comfy.utils
import numpy as np
import pytest
import torch

from armature.control.training.objective import Example
from armature.control.training.run import Plan
from armature.host.creating import create_control
from armature.host.graph_training import train_control
from armature.host.practice import load_practice_model
from armature.host.teaching import ComfyBase, gradients
from armature.host.training import PRECISIONS, Course, trainable
from armature.host.training_report import SEED, STEPS, drawn


@pytest.fixture(scope="module")
def practice():
    return load_practice_model()


@pytest.fixture(scope="module")
def conditioning(practice):
    _, clip, _ = practice
    return clip.encode_from_tokens_scheduled(clip.tokenize("a large red circle on a blue ground"))


def test_it_is_what_eulers_method_draws(practice, conditioning):
    """Of a control that has learned nothing yet; a step's rounding differs in the last bits."""
    model, (shape, size) = practice[0], ((1, 8, 8, 8), (8, 8))
    with gradients():
        network = trainable(create_control(model, "ControlNet", {}, seed=0))
        base = ComfyBase(model, network, torch.float32)
        example = Example(torch.zeros(shape[1:]), torch.rand(3, 64, 64), base.prompts(conditioning, size)[0])
        ours = drawn(network, base, example)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(SEED))
    levels = torch.cat([base.sigmas(torch.linspace(1, 0, STEPS + 1)[:-1]), torch.zeros(1)])
    euler, empty = comfy.samplers.sampler_object("euler"), torch.zeros(shape)
    theirs = comfy.sample.sample_custom(model, noise, 1.0, euler, levels, conditioning, conditioning, empty)
    torch.testing.assert_close(ours, base.model.process_latent_in(theirs), rtol=0, atol=2e-5)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_it_comes_as_often_as_asked_with_the_hint_beside_it(practice, conditioning, monkeypatch, precision):
    seen = {}
    monkeypatch.setattr(
        comfy.utils, "PROGRESS_BAR_HOOK", lambda step, total, preview, **more: seen.update({step: preview})
    )
    model, _, vae = practice
    images, hints = torch.rand(1, 64, 64, 3), torch.rand(1, 64, 64, 3)
    control = create_control(model, "ControlNet", {}, seed=0)
    course = Course(Plan(4, learning_rate=1e-3), batch=1, dropped=0.0, picture_every=2, precision=precision)
    train_control(model, control, [{"samples": vae.encode(images)}], [hints], [conditioning], None, course)
    assert [step for step, preview in sorted(seen.items()) if preview] == [2, 4]
    kind, picture, _ = seen[4]
    assert kind == "JPEG" and picture.size == (128, 64)
    left, right = np.split(np.asarray(picture), 2, axis=1)
    assert np.abs(left / 255 - hints[0].numpy()).max() < 0.5 / 255 + 1e-6
    assert right.std() > 1
