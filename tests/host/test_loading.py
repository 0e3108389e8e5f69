"""From files on disk: what loads, and what each bad file is answered with."""

import os
from functools import partial
from types import SimpleNamespace

import comfy.controlnet
import comfy.memory_management
import comfy.ops
import pytest
import torch
from safetensors.torch import save_file

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.backend import Backend
from armature.errors import ArmatureError, IncompatibleCheckpoint, UnknownArchitecture, UnreadableFile
from armature.host.control_files import control_files
from armature.host.loading import inspect_control, load_control
from armature.host.reading import read_checkpoint

from ..control.architectures.tiny_controlnet import SD1, diffusers, weights
from ..control.architectures.tiny_relative import base_weights, control_lora, difference
from ..control.manifests import checkpoint
from ..control.near_misses import IN_CORE
from .folders import folder as folder

ARCHITECTURES = discovery.declared(architectures, Architecture).values()


def saved(folder, name, tensors):
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / name)
    return name


@pytest.mark.parametrize("convert", [dict, diffusers], ids=["original", "diffusers"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn], ids=str)
def test_files_of_every_layout_and_precision_load_and_run(folder, convert, dtype):
    tensors = {key: value.to(dtype) for key, value in convert(weights(SD1)).items()}
    control = load_control(saved(folder, "x.safetensors", tensors))
    assert control.patcher.model is control.model
    encoded = control.model.encode(torch.rand(1, 3, 64, 64, dtype=control.dtype))
    assert encoded.shape == (1, 16, 8, 8) and encoded.isfinite().all()


@pytest.mark.parametrize(
    "name", ["controlnet_sdxl_ldm", "t2i_sdxl_diffusers", "controlnetxs_diffusers_sdxl_20m", "controlnet_lllite_sdxl"]
)
def test_files_load_under_dynamic_vram(monkeypatch, name):
    """There ComfyUI's layers are without weights until those of the file are put in."""
    file = checkpoint(name)
    architecture, layout = detect(file, ARCHITECTURES)
    expected = architecture.load(file, layout, Backend()).state_dict()
    monkeypatch.setattr(comfy.memory_management, "aimdo_enabled", True)
    found = architecture.load(file, layout, Backend(comfy.ops.disable_weight_init)).state_dict()
    assert {key: tensor.shape for key, tensor in found.items()} == {key: t.shape for key, t in expected.items()}


@pytest.mark.parametrize("kind", ["Control-LoRA", "Difference ControlNet"])
def test_what_is_relative_to_a_base_keeps_its_precision_until_it_is_bound(folder, kind):
    whole = weights(SD1)
    made = control_lora(whole) if kind == "Control-LoRA" else difference(whole, base_weights(whole))
    name = saved(folder, "x.safetensors", {key: tensor.half() for key, tensor in made.items()})
    control = load_control(name)
    assert {parameter.dtype for parameter in control.model.parameters()} == {torch.float16}
    assert control.model.base.widths[0] == 16 and control.get_models() == []
    assert f"family: {kind}" in inspect_control(name)


@pytest.mark.parametrize("ending", [".pth", ".bin", ".pt", ".ckpt"])
def test_pickled_weights_load_when_they_are_only_weights(folder, ending):
    torch.save({"state_dict": weights(SD1), "epoch": 3}, folder / f"x{ending}")
    assert load_control(f"x{ending}").model.base.widths[0] == 16


class Code:
    """Pickles to a call that leaves a trace when it is run."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (self.trace,)


def test_pickled_code_is_refused_and_never_run(folder):
    trace = folder / "was_here"
    torch.save({"state_dict": weights(SD1), "surprise": Code(str(trace))}, folder / "x.pth")
    with pytest.raises(UnreadableFile, match="Python code"):
        load_control("x.pth")
    assert not trace.exists()


@pytest.mark.parametrize("kept", [0.5, 0.001])
def test_a_truncated_file(folder, kept):
    whole = (folder / saved(folder, "x.safetensors", weights(SD1))).read_bytes()
    (folder / "x.safetensors").write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(UnreadableFile, match="cut off"):
        load_control("x.safetensors")


def test_a_truncated_pickle(folder):
    torch.save(weights(SD1), folder / "x.pth")
    whole = (folder / "x.pth").read_bytes()
    (folder / "x.pth").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match="cut off"):
        load_control("x.pth")


def test_an_empty_file(folder):
    (folder / "x.safetensors").touch()
    with pytest.raises(UnreadableFile, match="is empty"):
        load_control("x.safetensors")


@pytest.mark.parametrize("name", ["x.safetensors", "x.pth"])
@pytest.mark.parametrize(
    "content", [b"<html>404</html>" * 100, b"\x00" * 64, b"\xff" * 4096], ids=["html", "zeros", "ones"]
)
def test_a_file_that_is_something_else(folder, name, content):
    (folder / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=name):
        load_control(name)


def test_a_file_without_weights(folder):
    torch.save({"epoch": 3}, folder / "x.pth")
    with pytest.raises(UnreadableFile, match="no weights"):
        load_control("x.pth")


def test_not_a_number(folder):
    tensors = weights(SD1)
    tensors["zero_convs.3.0.weight"][0, 0] = float("nan")
    with pytest.raises(IncompatibleCheckpoint, match=r"zero_convs\.3\.0\.weight"):
        load_control(saved(folder, "x.safetensors", tensors))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float8_e5m2], ids=str)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_no_dtype_hides_it(folder, dtype, value):
    tensors = weights(SD1)
    tensors["middle_block_out.0.bias"][-1] = float(value)
    tensors = {key: tensor.to(dtype) for key, tensor in tensors.items()}
    with pytest.raises(IncompatibleCheckpoint, match=r"NaN or infinity in middle_block_out\.0\.bias"):
        load_control(saved(folder, "x.safetensors", tensors))


@pytest.mark.parametrize("dtype, most", [("fp16", 65504), ("fp8_e4m3fn", 448), ("fp8_e5m2", 57344)])
def test_a_weight_beyond_the_dtype_is_refused(folder, dtype, most):
    tensors = weights(SD1)
    tensors["zero_convs.3.0.bias"][0] = -most
    load_control(saved(folder, "x.safetensors", tensors), dtype)
    tensors["zero_convs.3.0.bias"][0] = -2 * most
    with pytest.raises(IncompatibleCheckpoint, match=rf"holds {2 * most:g} in zero_convs\.3\.0\.bias"):
        load_control(saved(folder, "x.safetensors", tensors), dtype)
    load_control("x.safetensors", "bf16")


def test_a_wrong_shape(folder):
    tensors = {**weights(SD1), "zero_convs.3.0.bias": torch.zeros(5)}
    with pytest.raises(IncompatibleCheckpoint, match=r"\[5\]"):
        load_control(saved(folder, "x.safetensors", tensors))


STRANGERS = {
    "Load Checkpoint": {"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(1)},
    "Load LoRA": {"lora_unet_mid_block_attentions_0_proj_in.lora_up.weight": torch.zeros(1)},
    "Load VAE": {"decoder.conv_in.weight": torch.zeros(1), "encoder.conv_in.weight": torch.zeros(1)},
}


@pytest.mark.parametrize("loader", STRANGERS)
def test_a_file_of_another_kind_is_told_its_loader(folder, loader):
    with pytest.raises(UnknownArchitecture, match=rf"x\.safetensors is .*{loader}"):
        load_control(saved(folder, "x.safetensors", STRANGERS[loader]))


@pytest.mark.parametrize("name", ["../outside.safetensors", "/etc/passwd", "sub", "absent.safetensors", "", "../"])
def test_names_outside_the_list(folder, name):
    (folder / "sub").mkdir()
    saved(folder.parent, "outside.safetensors", weights(SD1))
    with pytest.raises(UnreadableFile, match="There is no control model"):
        load_control(name)


def test_a_directory_named_like_a_file(folder):
    (folder / "x.safetensors").mkdir()
    with pytest.raises(ArmatureError):
        load_control("x.safetensors")


def test_subfolders_are_listed_and_load(folder):
    (folder / "sd15").mkdir()
    saved(folder / "sd15", "x.safetensors", weights(SD1))
    name = os.path.join("sd15", "x.safetensors")
    assert name in control_files()
    assert load_control(name).model.base.context_dim == 12


def test_what_only_core_runs_comes_from_cores_loader(folder, monkeypatch):
    given, loaded = [], comfy.controlnet.ControlBase()
    monkeypatch.setattr(
        comfy.controlnet, "load_controlnet_state_dict", lambda tensors, **options: given.append(tensors) or loaded
    )
    assert load_control(saved(folder, "x.safetensors", {"after_proj_list.18.bias": torch.ones(2)})) is loaded
    assert torch.equal(given[0]["after_proj_list.18.bias"], torch.ones(2))


def test_what_core_claims_and_cannot_load_is_told(folder):
    saved(
        folder,
        "x.safetensors",
        {"controlnet_blocks.0.weight": torch.zeros(1), "pos_embed_input.proj.weight": torch.zeros(1)},
    )
    with pytest.raises(IncompatibleCheckpoint, match=r"for a diffusion transformer .* ComfyUI's loader fails"):
        load_control("x.safetensors")


def test_a_file_is_described(folder):
    save_file(weights(SD1), folder / "x.safetensors", {"title": "mine", "config": "y" * 999})
    lines = inspect_control("x.safetensors").splitlines()
    assert lines[:3] == ["file: x.safetensors", "family: ControlNet", "layout: original"]
    assert "base model: a UNet of width 16 with 12 input blocks (text 12)" in lines
    assert "precision: float32" in lines and "metadata title: mine" in lines
    assert max(map(len, lines)) < 300


def test_a_file_that_is_no_control_is_described_too(folder):
    saved(folder, "x.safetensors", STRANGERS["Load LoRA"])
    assert inspect_control("x.safetensors").startswith("x.safetensors is a LoRA.")
    saved(folder, "y.safetensors", {"after_proj_list.18.bias": torch.zeros(1)})
    assert "(HunyuanDiT). ComfyUI's own loader runs it" in inspect_control("y.safetensors")


@pytest.mark.parametrize("asked, pooled", [("auto", True), ("on", True), ("off", False)])
def test_pooling_is_set_on_the_control_and_its_copies(folder, asked, pooled):
    control = load_control(saved(folder, "x_shuffle.safetensors", weights(SD1)), global_pooling=asked)
    assert control.global_average_pooling is control.copy().global_average_pooling is pooled
    assert load_control(saved(folder, "x.safetensors", weights(SD1))).global_average_pooling is False


@pytest.mark.parametrize("name", ["a_shuffle.pth", "a_shuffle_fp16.pth", "a_shuffle_v2.pth", "shuffle.pth"])
def test_auto_goes_by_the_names_that_core_goes_by(folder, name, monkeypatch):
    torch.save(weights(SD1), folder / name)
    ours = load_control(name).global_average_pooling
    monkeypatch.setattr(
        comfy.controlnet, "load_controlnet_state_dict", lambda *given, model_options, **more: model_options
    )
    assert comfy.controlnet.load_controlnet(str(folder / name)).get("global_average_pooling", False) is ours


def test_inspection_reads_no_weights(folder, monkeypatch):
    tensors = weights(SD1)
    tensors["zero_convs.3.0.weight"][0, 0] = float("nan")
    save_file(tensors, folder / "x_shuffle.safetensors", {"title": "mine"})
    monkeypatch.setattr("comfy.utils.load_torch_file", None)
    lines = inspect_control("x_shuffle.safetensors").splitlines()
    assert {"family: ControlNet", "precision: float32", "global pooling: on", "metadata title: mine"} <= set(lines)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float8_e4m3fn, torch.float8_e5m2], ids=str)
def test_inspection_tells_the_precision(folder, dtype):
    saved(folder, "x.safetensors", {key: value.to(dtype) for key, value in weights(SD1).items()})
    assert f"precision: {str(dtype).removeprefix('torch.')}" in inspect_control("x.safetensors")


def test_inspection_of_a_pickle_says_the_same(folder):
    saved(folder, "x.safetensors", weights(SD1))
    torch.save(weights(SD1), folder / "x.pth")
    pickled, safe = (inspect_control(f"x.{ending}").splitlines()[1:] for ending in ("pth", "safetensors"))
    assert pickled == safe


def test_inspection_of_bad_files(folder):
    whole = (folder / saved(folder, "x.safetensors", weights(SD1))).read_bytes()
    for content, words in [(whole[:-1], "cut off"), (b"", "is empty"), (b"<html>" * 99, "no safetensors file")]:
        (folder / "x.safetensors").write_bytes(content)
        with pytest.raises(UnreadableFile, match=words):
            inspect_control("x.safetensors")


def test_tensors_in_dicts_and_lists_are_found(folder):
    tensor = torch.ones(2)
    torch.save(
        {"image_proj": {"norm.weight": tensor}, 320: ({"linear": tensor}, {"x": tensor}), "step": 3}, folder / "x"
    )
    assert read_checkpoint(folder / "x", "x").tensors.keys() == {"image_proj.norm.weight", "320.0.linear", "320.1.x"}


CORES_LOADERS = {
    "(HunyuanDiT)": "load_controlnet_hunyuandit",
    "(Flux, XLabs layout)": "load_controlnet_flux_xlabs_mistoline",
    "(Flux, MistoLine)": "load_controlnet_flux_xlabs_mistoline",
    "(Flux, InstantX layout)": "load_controlnet_flux_instantx",
    "(SD3)": "load_controlnet_mmdit",
    "(SD3.5)": "load_controlnet_sd35",
    "(Qwen-Image)": "load_controlnet_qwen_instantx",
    "(Qwen-Image Fun)": "load_controlnet_qwen_fun",
    "Stable Cascade": "load_t2i_adapter",
    "for Stable Cascade": "load_t2i_adapter",
}


@pytest.mark.parametrize("base", IN_CORE)
def test_every_layout_that_core_knows_reaches_the_loader_that_core_has_for_it(folder, base, monkeypatch):
    for loader in set(CORES_LOADERS.values()):
        given = partial(lambda name, *weights, **options: SimpleNamespace(loader=name), loader)
        monkeypatch.setattr(comfy.controlnet, loader, given)
    control = load_control(saved(folder, "x.safetensors", {key: torch.zeros(1) for key in IN_CORE[base]}))
    assert control.loader == CORES_LOADERS[base]
