"""Saved controls load in this pack and in diffusers, and are the same network there."""

import comfy.controlnet
import folder_paths
import pytest
import torch
from diffusers import ControlNetModel

from armature.control.architectures.controlnet import from_diffusers, to_diffusers
from armature.control.checkpoint import Checkpoint
from armature.control.step import Step
from armature.control.training.controlnet import NewControlNet
from armature.errors import WrongControl
from armature.host.creating import hosted
from armature.host.loading import our_control, recognised
from armature.host.reading import read_checkpoint
from armature.host.saving import save_control

from . import tiny

BASES = {"SD1": tiny.SD1, "SD2": tiny.SD2, "SDXL": tiny.SDXL}


@pytest.fixture(autouse=True)
def output(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "get_output_directory", lambda: str(tmp_path))


def control(family):
    unet = tiny.base_model(BASES[family]).model.diffusion_model.state_dict()
    heads = BASES[family].unet["num_head_channels"]
    new = NewControlNet(head_channels=heads if heads > 0 else None).checkpoint(unet)
    generator = torch.Generator().manual_seed(1)
    tensors = {key: t + 0.02 * torch.randn(t.shape, generator=generator) for key, t in new.tensors.items()}
    return hosted(Checkpoint(tensors, metadata=new.metadata))


def reloaded(path):
    checkpoint = read_checkpoint(path, path.name)
    return our_control(checkpoint, *recognised(checkpoint), None), checkpoint


@pytest.mark.parametrize("layout", ["original", "diffusers"])
@pytest.mark.parametrize("family", BASES)
def test_a_saved_control_is_the_same_network(family, layout):
    saved = control(family)
    saved.global_average_pooling = True
    again, checkpoint = reloaded(save_control(saved, "controlnet/net", layout, "auto", "T"))
    ours, theirs = saved.model.state_dict(), again.model.state_dict()
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)
    facts = checkpoint.metadata
    assert facts["modelspec.title"] == "T" and facts["armature.family"] == "ControlNet"
    assert facts["global_average_pooling"] == "true"


@pytest.mark.parametrize("family", BASES)
def test_diffusers_computes_the_same_residuals(family):
    saved, unet = control(family), BASES[family].unet
    path = save_control(saved, "net", "diffusers", "auto")
    theirs = ControlNetModel.from_pretrained(path.parent).eval()
    x, t, hint = torch.randn(2, 4, 16, 16), torch.tensor([3, 700]), torch.rand(2, 3, 128, 128)
    context = torch.randn(2, 7, unet["context_dim"])
    added = None
    if unet["adm_in_channels"]:
        pytest.skip("the tiny base has less vector conditioning than diffusers makes")
    with torch.no_grad():
        down, middle = theirs(x, t, context, hint, return_dict=False, added_cond_kwargs=added)
        step = Step(x, t.float(), context, sigma=1.0, sigma_at=lambda percent: 0.0)
        ours = saved.model.residuals(step, saved.model.encode(hint), saved.model.places.blocks)
    for n, residual in enumerate(down):
        torch.testing.assert_close(ours["skip", n], residual, rtol=0, atol=2e-5)
    torch.testing.assert_close(ours["middle", 0], middle, rtol=0, atol=2e-5)


def test_nothing_is_overwritten_and_half_precision_is_kept():
    saved = control("SD1")
    first, second = (save_control(saved, "net", "original", "fp16") for _ in range(2))
    assert first != second and first.exists()
    assert {t.dtype for t in read_checkpoint(first, "net").tensors.values()} == {torch.float16}


def test_what_has_no_weights_of_its_own_is_refused():
    with pytest.raises(WrongControl, match="weights of their own"):
        save_control(comfy.controlnet.ControlBase(), "net", "original", "auto")


def test_the_names_of_diffusers_come_back():
    tensors = control("SDXL").model.state_dict()
    names = to_diffusers(Checkpoint(tensors))
    back = from_diffusers(Checkpoint({theirs: tensors[ours] for ours, theirs in names.items()}))
    assert names.keys() == tensors.keys() and {ours: back[theirs] for ours, theirs in names.items()} == {
        key: key for key in tensors
    }
