"""Parity at the published sizes, from a file on disk through ComfyUI's own loader and through ours."""

from types import SimpleNamespace as namespace

import comfy.controlnet
import folder_paths
import pytest
import torch
from safetensors.torch import save_file

from armature.host import sampling
from armature.host.loading import load_control

from ..control.manifests import MANIFESTS

LATENT = (2, 4, 8, 8)


class Sampling:
    """The little of a model that a control asks for at a step."""

    def timestep(self, sigmas):
        return sigmas * 100

    def calculate_input(self, sigmas, x):
        return x / 2


@pytest.fixture
def file(request, tmp_path, monkeypatch):
    """A file of random fp16 weights with the keys and shapes of the manifest."""
    generator = torch.Generator().manual_seed(0)
    tensors = {
        key: torch.randn(shape, generator=generator).mul_(0.02).half()
        for key, shape in MANIFESTS[request.param].items()
    }
    save_file(tensors, tmp_path / "x.safetensors")
    monkeypatch.setitem(folder_paths.folder_names_and_paths, "controlnet", ([str(tmp_path)], {".safetensors"}))
    monkeypatch.setattr(folder_paths, "filename_list_cache", {})
    return tmp_path / "x.safetensors"


def residuals(control, context_dim, y_dim, monkeypatch):
    generator = torch.Generator().manual_seed(1)
    hint = torch.rand(1, 3, 64, 64, generator=generator)
    control = control.copy().set_cond_hint(hint, 0.8)
    base = namespace(
        model_sampling=Sampling(), diffusion_model=torch.nn.Identity(), get_dtype_inference=lambda: torch.float32
    )
    with monkeypatch.context() as context:
        context.setattr(sampling, "check_base", lambda shape, model: None)  # there is no base of this size here
        control.pre_run(base, lambda percent: 1e9 * (1 - percent))
    cond = {"c_crossattn": torch.randn(2, 77, context_dim, generator=generator)}
    if y_dim:
        cond["y"] = torch.randn(2, y_dim, generator=generator)
    x = torch.randn(LATENT, generator=generator)
    with torch.inference_mode():
        return control.get_control(x, torch.full((2,), 5.0), cond, 2, {})


@pytest.mark.parametrize(
    "file, context_dim, y_dim",
    [
        ("controlnet_sd15_ldm", 768, None),
        ("controlnet_sd15_diffusers", 768, None),
        ("controlnet_sd21_diffusers", 1024, None),
        ("controlnet_sdxl_small_diffusers", 2048, 2816),
    ],
    indirect=["file"],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_residuals_equal_cores_bit_for_bit(file, context_dim, y_dim, monkeypatch):
    theirs = residuals(comfy.controlnet.load_controlnet(str(file)), context_dim, y_dim, monkeypatch)
    ours = residuals(load_control(file.name), context_dim, y_dim, monkeypatch)
    for place in ("middle", "output"):
        assert len(ours[place]) == len(theirs[place]) > 0
        for a, b in zip(ours[place], theirs[place]):
            torch.testing.assert_close(a, b, rtol=0, atol=0)
