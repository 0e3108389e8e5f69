"""The nodes that look into a control, on the practice model: their outputs fit the sockets they are meant for."""

import nodes as comfy_nodes
import pytest
import torch

from armature.control.ramp import as_list
from armature.host.loading import load_control
from armature.host.practice import load_photo, load_practice_model
from armature.nodes.block_probe import BlockProbe
from armature.nodes.residuals import Residuals
from armature.preprocessors.edges.canny import canny


@pytest.fixture(scope="module")
def given():
    model, clip, _ = load_practice_model()
    positive, negative = (comfy_nodes.CLIPTextEncode().encode(clip, text)[0] for text in ("a red circle", ""))
    hint = canny(load_photo().movedim(-1, 1)).movedim(1, -1)
    return {
        "model": model,
        "positive": positive,
        "negative": negative,
        "control_net": load_control("practice_canny.safetensors"),
        "image": hint,
        "latent": comfy_nodes.EmptyLatentImage().generate(64, 64)[0],
        "seed": 1,
        "steps": 2,
        "cfg": 3.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "strength": 1.0,
        "start_percent": 0.0,
        "end_percent": 1.0,
    }


def test_a_probes_weights_go_into_apply_control_and_its_numbers_into_bars(given):
    picture, weights, numbers, lines = BlockProbe.execute(question="without it", lowest=0.5, **given).args
    places = given["control_net"].model.places
    assert tuple(as_list(numbers)) == tuple(weights.of(places).values())
    assert max(numbers) == 1.0 and 0.0 in numbers and all(value == 0.0 or value >= 0.5 for value in numbers)
    assert len(lines.splitlines()) == len(places.blocks) and picture.ndim == 4


def test_residuals_come_with_the_latents_that_ksampler_makes(given):
    picture, latent, sizes = Residuals.execute(brightest="of all", **given).args
    both = [given["positive"], given["negative"]]
    applied = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(
        *both, given["control_net"], given["image"], 1.0, 0.0, 1.0
    )
    (expected,) = comfy_nodes.KSampler().sample(given["model"], 1, 2, 3.0, "euler", "normal", *applied, given["latent"])
    assert torch.equal(latent["samples"], expected["samples"])
    assert len(sizes.splitlines()) == len(given["control_net"].model.places.blocks)
    own = Residuals.execute(brightest="of its block", **given).args[0]
    assert own.shape == picture.shape and own.mean() > picture.mean()
