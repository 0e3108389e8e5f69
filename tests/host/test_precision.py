"""Weights in every dtype that Load Control offers: what is computed, and how much memory it takes."""

from types import SimpleNamespace as namespace

import comfy.cldm.cldm
import comfy.controlnet
import comfy.model_management
import comfy.ops
import pytest
import torch
from safetensors.torch import save_file

from armature.errors import IncompatibleCheckpoint
from armature.host.applying import apply_control
from armature.host.loading import DTYPES, load_control

from . import tiny
from .folders import folder as folder
from .test_sampling import EXACT, conditionings, sample

CHOSEN = [name for name in DTYPES if name != "auto"]
STORED = [torch.float32, torch.float16, torch.bfloat16]


def core(family, tensors, dtype):
    """ComfyUI's ControlNet as comfy/controlnet.py builds it in `dtype`; its file loader knows no nets of this size."""
    computed = comfy.model_management.unet_manual_cast(dtype, tiny.CPU)
    operations = comfy.ops.pick_operations(dtype, computed)
    network = comfy.cldm.cldm.ControlNet(hint_channels=3, operations=operations, dtype=dtype, **family.unet)
    network.load_state_dict(tensors)
    return comfy.controlnet.ControlNet(network.eval(), load_device=tiny.CPU, manual_cast_dtype=computed)


def saved(folder, family, stored):
    tensors = {key: value.to(stored).contiguous() for key, value in tiny.core_network(family).state_dict().items()}
    save_file(tensors, folder / "x.safetensors", family.heads)
    return tensors


def run(family, control):
    return sample(
        tiny.base_model(family), *apply_control(*conditionings(family), control, tiny.hint(), 0.8, (0.0, 1.0))
    )


@pytest.mark.parametrize("stored", STORED, ids=str)
@pytest.mark.parametrize("name", CHOSEN)
@pytest.mark.parametrize("family", [tiny.SD1, tiny.SDXL], ids=["SD1", "SDXL"])
def test_a_chosen_dtype_computes_as_core_does_bit_for_bit(folder, family, name, stored):
    tensors = saved(folder, family, stored)
    ours = run(family, load_control("x.safetensors", name))
    torch.testing.assert_close(ours, run(family, core(family, tensors, DTYPES[name])), **EXACT)


@pytest.mark.parametrize("name", CHOSEN)
def test_memory_is_what_the_dtype_says(folder, name):
    tensors = saved(folder, tiny.SD1, torch.float16)
    control = load_control("x.safetensors", name)
    assert {weight.dtype for weight in control.model.parameters()} == {DTYPES[name]}
    assert control.patcher.model_size() == sum(map(torch.numel, tensors.values())) * DTYPES[name].itemsize


@pytest.mark.parametrize("stored", STORED, ids=str)
def test_auto_is_what_core_would_choose(folder, stored):
    saved(folder, tiny.SD1, stored)
    expected = comfy.model_management.unet_dtype(model_params=-1, weight_dtype=stored)
    assert {weight.dtype for weight in load_control("x.safetensors").model.parameters()} == {expected}


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2], ids=str)
def test_a_float8_file_can_be_kept_as_it_is(folder, dtype):
    tensors = saved(folder, tiny.SD1, dtype)
    control = load_control("x.safetensors", str(dtype).replace("torch.float8", "fp8"))
    for key, value in control.model.state_dict().items():
        assert value.dtype == dtype and torch.equal(value.float(), tensors[key].float())


@pytest.mark.parametrize("padding", range(0, 64, 8))
def test_bits_do_not_depend_on_where_a_file_has_its_weights(folder, padding):
    tensors = tiny.core_network(tiny.SD1).state_dict()
    save_file(tensors, folder / "x.safetensors", {"padding": " " * padding})
    weights = load_control("x.safetensors", "fp32").model.state_dict().values()
    assert {weight.data_ptr() % 64 for weight in weights} == {0}


def test_the_file_itself_is_left_as_it_is(folder):
    saved(folder, tiny.SD1, torch.float16)
    before = (folder / "x.safetensors").read_bytes()
    for name in DTYPES:
        load_control("x.safetensors", name)
    assert (folder / "x.safetensors").read_bytes() == before


def test_a_dtype_that_cores_loader_ignores_is_refused(folder, monkeypatch):
    save_file({"after_proj_list.18.bias": torch.zeros(1)}, folder / "x.safetensors")
    loaded = namespace(get_models=lambda: [namespace(model=torch.nn.Linear(1, 1))])
    monkeypatch.setattr(comfy.controlnet, "load_controlnet_state_dict", lambda *given, **options: loaded)
    with pytest.raises(IncompatibleCheckpoint, match="Leave dtype on auto"):
        load_control("x.safetensors", "fp16")
