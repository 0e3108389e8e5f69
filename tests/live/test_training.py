"""Against a live server: a control is made, trained, stopped, saved and used in graphs."""

import numpy as np
import pytest
from safetensors import safe_open

from armature.host.training_report import LARGEST

SIDE = 64
MODEL, CLIP, VAE = (["model", n] for n in range(3))
WIDGETS = {
    "batch_size": 2,
    "accumulate": 1,
    "learning_rate": 1e-3,
    "dropped_prompts": 0.5,
    "precision": "fp32",
    "seed": 0,
    "keep_every": 200,
    "average": 0.0,
    "only_middle_until": 0,
    "unlock_decoder": False,
}


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


@pytest.fixture
def prompt():
    """An image and its edges, a new control, and one training on them."""
    new = {"family": "ControlNet-LLLite", "family.hint_features": 8, "family.width": 8}
    small = {"upscale_method": "area", "width": SIDE, "height": SIDE, "crop": "center"}
    examples = {"latents": ["latent", 0], "hints": ["edges", 0], "positive": ["words", 0], "empty": ["empty", 0]}
    return {
        "model": node("ArmatureLoadPracticeModel"),
        "whole": node("ArmaturePracticePhoto"),
        "photo": node("ImageScale", image=["whole", 0], **small),
        "edges": node("ArmatureCanny", image=["photo", 0], low=100, high=200),
        "latent": node("VAEEncode", pixels=["photo", 0], vae=VAE),
        "words": node("CLIPTextEncode", clip=CLIP, text="a photo of a cup"),
        "empty": node("CLIPTextEncode", clip=CLIP, text=""),
        "new": node("ArmatureCreateControl", model=MODEL, seed=1, **new),
        "train": node("ArmatureTrainControl", model=MODEL, control_net=["new", 0], **examples, **WIDGETS),
        "save": node(
            "ArmatureSaveControl",
            control_net=["train", 0],
            prefix="controlnet/live",
            layout="original",
            dtype="fp16",
            title="Live",
        ),
    }


@pytest.fixture
def drawing():
    """The trained control on the same edges."""
    prompts = {"positive": ["words", 0], "negative": ["empty", 0]}
    applied = {"positive": ["apply", 0], "negative": ["apply", 1], "model": ["train", 1], "latent_image": ["latent", 0]}
    sampling = {"seed": 1, "steps": 2, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0}
    control = {"control_net": ["train", 0], "image": ["edges", 0]}
    return {
        "apply": node("ArmatureApplyControl", **prompts, **control, strength=1.0, start_percent=0.0, end_percent=1.0),
        "sample": node("KSampler", **applied, **sampling),
        "decode": node("VAEDecode", samples=["sample", 0], vae=VAE),
        "image": node("SaveImage", images=["decode", 0], filename_prefix="live"),
    }


def test_a_stopped_training_keeps_its_steps(server, prompt):
    prompt["train"]["inputs"] |= {"steps": 1000, "name": "live"}
    stopped = server.run(prompt, interrupt_at=2)
    assert stopped.of("execution_interrupted")
    with safe_open(server.base / "output" / "training" / "live.safetensors", framework="pt") as held:
        assert 2 <= int(held.metadata()["step"]) < 1000


def test_pictures_of_what_it_has_learned_arrive_while_it_trains(server, prompt):
    """Images go in as they are here, instead of latents. ComfyUI enlarges a preview to the size that it may have."""
    inputs = prompt["train"]["inputs"]
    del inputs["latents"]
    inputs |= {"images": ["photo", 0], "vae": VAE, "steps": 5, "name": "", "picture_every": 2}
    prompt["save"]["inputs"]["prefix"] = "controlnet/watched"
    run = server.run(prompt)
    assert [picture.shape for picture in run.previews["train"]] == [(LARGEST // 2, LARGEST, 3)] * 2
    hint, drawn = np.split(run.previews["train"][1], 2, axis=1)
    assert set(np.unique(hint > 127)) == {False, True} and drawn.std() > 1
    told = [event for event, data in run.events if data.get("node") == "train" and event in ("progress", "preview")]
    assert told.count("progress") == 5 and told.index("preview") < len(told) - 2
    assert run.texts["train"].startswith("step 5 of 5, loss ")


def test_a_control_is_trained_saved_and_used(server, prompt, drawing):
    prompt["train"]["inputs"] |= {"steps": 3, "name": "", "unlock_decoder": True}
    done = server.run({**prompt, **drawing})
    assert done.images["image"].shape == (SIDE, SIDE, 3) and done.images["image"].std() > 1
    (saved,) = (server.base / "output" / "controlnet").glob("live_*.safetensors")
    with safe_open(saved, framework="pt") as held:
        facts = held.metadata()
    assert facts["modelspec.title"] == "Live" and facts["armature.family"] == "ControlNet-LLLite"
    assert facts["armature.training.unlocked_decoder"] == "True"
