"""New networks for the published bases have the weights of the published files, key by key and shape by shape."""

import pytest

from armature.benchmarks.bases import META, Shape
from armature.control.architectures.controlnet import to_diffusers
from armature.control.training.controlnet import NewControlNet
from armature.control.training.controlnet_xs import NewControlNetXS
from armature.control.training.t2i_adapter import NewT2IAdapter

from ..manifests import MANIFESTS

XS = [("sd15", "SD 1.5", 64, kind) for kind in "ABC"] + [("sdxl", "SDXL", 32, kind) for kind in "ABC"]
XS += [("sdxl", "SDXL", 16, kind) for kind in "AB"]  # the manifest of type C has transformers of no width
RATIOS = {64: "0.2", 16: "0.05", 32: "0.1"}

NEVER_USED = ("scale_list", "control_model.label_emb.")  # ones, and what the original code never calls


@pytest.fixture(scope="module")
def unets():
    return {name: Shape(name).base(META).diffusion_model.state_dict() for name in ("SD 1.5", "SDXL")}


def made(new, unet):
    with META:
        return new.checkpoint(unet)


def shapes(tensors):
    return {key: list(tensor.shape) for key, tensor in tensors.items()}


def published(name, *ignored):
    prefix = "control_model." if all(key.startswith("control_model.") for key in MANIFESTS[name]) else ""
    return {key.removeprefix(prefix): shape for key, shape in MANIFESTS[name].items() if not key.startswith(ignored)}


@pytest.mark.parametrize("file, base", [("sd15", "SD 1.5"), ("sdxl", "SDXL")])
def test_controlnet(unets, file, base):
    new = made(NewControlNet(), unets[base])
    assert shapes(new.tensors) == published(f"controlnet_{file}_ldm")
    names = to_diffusers(new)
    theirs = {names[key]: tensor for key, tensor in new.tensors.items()}
    assert shapes(theirs) == published(f"controlnet_{file}_diffusers")


@pytest.mark.parametrize("file, base, width, kind", XS)
def test_controlnet_xs(unets, file, base, width, kind):
    expected = published(f"controlnetxs_official_{file}_type{kind}_r{RATIOS[width]}", *NEVER_USED)
    learned = any(key.startswith("control_model.time_embed") for key in expected)
    assert shapes(made(NewControlNetXS(width, kind=kind, learn_embedding=learned), unets[base]).tensors) == expected


@pytest.mark.parametrize("file, base", [("t2i_sd15_full", "SD 1.5"), ("t2i_sdxl_orig", "SDXL")])
def test_t2i_adapter(unets, file, base):
    assert shapes(made(NewT2IAdapter(), unets[base]).tensors) == published(file)
