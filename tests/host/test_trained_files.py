"""What was trained and saved loads in this pack, in ComfyUI's own loader and in diffusers, and does there what it did.

ComfyUI guesses the heads of a network from its widths, rightly where the base is a published one: the base here has
as many channels a head as those.
"""

from dataclasses import replace

import comfy.controlnet
import folder_paths
import pytest
import torch
from diffusers import ControlNetModel, ControlNetXSAdapter, T2IAdapter

from armature.control.checkpoint import Checkpoint
from armature.control.layers.controlnet_xs_keys import to_adapter
from armature.control.step import Step
from armature.control.training.run import Plan
from armature.host.applying import Application
from armature.host.creating import create_control
from armature.host.graph_training import train_control
from armature.host.loading import our_control, recognised
from armature.host.probing import Sampling
from armature.host.reading import read_checkpoint
from armature.host.saving import save_control
from armature.host.training import Course

from . import tiny

WIDTHS = {"model_channels": 64, "num_head_channels": 64, "context_dim": 40}
BASE = replace(tiny.SD2, unet={**tiny.SD2.unet, **WIDTHS})
XS = {"type": "B", "ratio": 0.125, "infusion": "cat", "learned_time_embedding": False}
CHOICES = {"ControlNet": {}, "ControlNet-XS": XS, "T2I-Adapter": {}}
IN_CORE = ("ControlNet", "T2I-Adapter")  # it has no loader of its own for ControlNet-XS and LLLite
SIDE = 64
HINT = tiny.hint(SIDE, SIDE).movedim(-1, 1)


@pytest.fixture(scope="module")
def base():
    model = tiny.base_model(BASE)
    model.cached_patcher_init = (lambda disable_dynamic: tiny.base_model(BASE), ())
    return model


@pytest.fixture(scope="module", params=CHOICES)
def trained(request, base, tmp_path_factory):
    """The family, the control, and its two files."""
    drawing = torch.rand(2, 4, SIDE // 8, SIDE // 8, generator=torch.Generator().manual_seed(4))
    latents, prompts = {"samples": drawing}, tiny.conditioning(BASE, seed=1)
    course = Course(Plan(2, learning_rate=1e-2), batch=2, dropped=0.0)
    new = create_control(base, request.param, CHOICES[request.param], seed=0)
    hints = [tiny.hint(SIDE, SIDE, frames=2)]
    control = train_control(base, new, [latents], hints, [prompts], None, course).control
    with pytest.MonkeyPatch.context() as patched:
        folder = str(tmp_path_factory.mktemp("output"))
        patched.setattr(folder_paths, "get_output_directory", lambda: folder)
        files = [save_control(control, "trained", layout, "fp32") for layout in ("original", "diffusers")]
    return request.param, control, *files


def drawn(base, control):
    words, nothing = (tiny.conditioning(BASE, seed) for seed in (1, 2))
    empty = {"samples": torch.zeros(1, 4, SIDE // 8, SIDE // 8)}
    applied = [Application(control, tiny.hint(SIDE, SIDE))] if control else []
    return Sampling(base, words, nothing, empty, 1, 2, 3.0, "euler", "normal").run(*applied)


def test_both_layouts_load_here_and_draw_what_was_trained(base, trained):
    _, control, *files = trained
    expected = drawn(base, control)
    assert not torch.equal(expected, drawn(base, None))
    for file in files:
        checkpoint = read_checkpoint(file, file.name)
        assert torch.equal(drawn(base, our_control(checkpoint, *recognised(checkpoint), None)), expected)
        facts = checkpoint.metadata
        assert facts["armature.training.steps"] == "2" and facts["armature.hint"] == "0..1" and facts["armature.base"]


@pytest.mark.parametrize("trained", IN_CORE, indirect=True)
def test_comfyuis_own_loader_draws_the_same(base, trained):
    _, control, original, _ = trained
    theirs = comfy.controlnet.load_controlnet(str(original))
    assert torch.equal(drawn(base, theirs), drawn(base, control))


def residuals(ours, theirs):
    x, t, context = torch.randn(1, 4, SIDE // 8, SIDE // 8), torch.tensor([700]), torch.randn(1, 7, 40)
    found = ours.residuals(
        Step(x, t.float(), context, sigma=1.0, sigma_at=lambda percent: 0.0), ours.encode(HINT), ours.places.blocks
    )
    skips, middle = theirs(x, t, context, HINT, return_dict=False)
    return [found[block] for block in ours.places.blocks], [*skips, middle]


def features(ours, theirs):
    return ours.encode(HINT), theirs(HINT)


def weights(ours, theirs):
    """It computes only together with diffusers' own UNet: tests/host/test_saving_families.py."""
    names = to_adapter(Checkpoint(ours.state_dict()))
    return [ours.state_dict()[key] for key in names], [theirs.state_dict()[name] for name in names.values()]


IN_DIFFUSERS = {
    "ControlNet": (ControlNetModel, residuals),
    "ControlNet-XS": (ControlNetXSAdapter, weights),
    "T2I-Adapter": (T2IAdapter, features),
}


@torch.no_grad()
def test_diffusers_computes_the_same(trained):
    """But for the order in which it adds up: to 1e-5 of the largest number."""
    family, control, _, file = trained
    kind, computed = IN_DIFFUSERS[family]
    theirs, told = kind.from_pretrained(file.parent, output_loading_info=True)
    assert not any(told.values())
    for mine, other in zip(*computed(control.model, theirs.eval()), strict=True):
        assert (mine - other).abs().max() <= 1e-5 * max(2.0, other.abs().max())
