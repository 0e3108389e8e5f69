"""What headers tell of model files, and that nothing outside the folders' lists is ever opened."""

import os

import pytest
import torch

from armature.host.checking import headers
from armature.host.checking.headers import PRACTICE, base_header, control_header, find, wrong_base
from armature.host.checking.inspecting import inspected
from armature.host.practice import PRACTICE_MODEL, practice_controls

from ..folders import folder as folder
from ..folders import roots
from . import files

PUBLISHED = {
    "controlnet_sd15_ldm": ("ControlNet", "Stable Diffusion 1.x"),
    "controlnet_sd15_diffusers": ("ControlNet", "Stable Diffusion 1.x"),
    "controlnet_sd21_ldm": ("ControlNet", "Stable Diffusion 2.x"),
    "controlnet_sdxl_diffusers": ("ControlNet", "SDXL"),
    "control_lora_sdxl_rank128": ("Control-LoRA", "SDXL"),
    "controlnet_union_promax": ("ControlNet Union", "SDXL"),
    "t2i_sdxl_diffusers": ("T2I-Adapter", "SDXL"),
    "controlnet_lllite_sdxl": ("ControlNet-LLLite", "SDXL"),
}
BASES = {"sd15": "Stable Diffusion 1.x", "sdxl": "SDXL"}


@pytest.fixture
def models(folder, monkeypatch, tmp_path):
    """Folders of control models and of checkpoints, each with its own path."""
    places = {name: tmp_path / name for name in ("controlnet", "checkpoints", "diffusion_models")}
    for name, place in places.items():
        place.mkdir()
        roots(monkeypatch, name, place)
    return places


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases")
    return {name: base_header(files.base(folder / f"{name}.safetensors", name)) for name in BASES}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_controls_are_known_and_fit_the_base_that_they_are_named_for(tmp_path, bases, name):
    family, made_for = PUBLISHED[name]
    header = control_header(files.published(tmp_path / "x.safetensors", name))
    assert (header.family, header.base.name, header.problem) == (family, made_for, None)
    for base, called in BASES.items():
        wrong = wrong_base(header, bases[base])
        assert (wrong is None) == (made_for == called)
        if wrong:
            assert f"is for {made_for}, but the model being sampled is {called}." in wrong


def test_a_transformer_is_no_base_for_a_unets_control(tmp_path):
    base = base_header(files.flux(tmp_path / "flux.safetensors"))
    control = control_header(files.published(tmp_path / "x.safetensors", "controlnet_sdxl_diffusers"))
    assert base.shape is None and "the model being sampled is Flux" in wrong_base(control, base)


def test_a_transformers_control_is_not_for_a_unet(tmp_path, bases):
    keys = {"controlnet_blocks.0.weight": (8, 8), "controlnet_x_embedder.weight": (8, 8)}
    control = control_header(files.write(tmp_path / "x.safetensors", keys))
    wrong = wrong_base(control, bases["sd15"])
    assert "(Flux, InstantX layout), but the model being sampled is Stable Diffusion 1.x" in wrong
    assert wrong_base(control, base_header(files.flux(tmp_path / "flux.safetensors"))) is None


@pytest.mark.parametrize("name", practice_controls())
def test_the_practice_controls_fit_the_practice_model(name):
    assert wrong_base(control_header(practice_controls()[name]), base_header(PRACTICE_MODEL)) is None


def test_no_weight_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "from_numpy", None)
    path = files.published(tmp_path / "x.safetensors", "controlnet_sdxl_diffusers")
    assert control_header(path).base.name == "SDXL"
    assert path.stat().st_size > 2e9 > 1e8 > path.stat().st_blocks * 512


def test_a_file_is_read_once_until_it_changes(tmp_path, monkeypatch):
    path, reads, read = tmp_path / "x.safetensors", [], headers.read_outline
    monkeypatch.setattr(headers, "read_outline", lambda path, name: reads.append(name) or read(path, name))
    files.published(path, "t2i_sdxl_diffusers")
    assert control_header(path) is control_header(path) and len(reads) == 1
    files.published(path, "t2i_sd15_full")
    os.utime(path, ns=(1, 1))
    assert control_header(path).base.widths != () and len(reads) == 2


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"\xff" * 8 + b"{}"])
def test_a_damaged_file_is_a_problem_and_no_base(tmp_path, content):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    assert "x.safetensors" in control_header(path).problem and base_header(path) is None


def test_a_lora_among_controls_is_named(tmp_path):
    path = files.write(tmp_path / "x.safetensors", {"a.lora_up.weight": (8, 4), "a.alpha": ()})
    assert "is a LoRA" in control_header(path).problem


def test_zipped_pickles_are_mapped_and_older_ones_left_alone(tmp_path):
    tensors = {"controlnet_blocks.0.weight": torch.ones(8, 8), "controlnet_x_embedder.weight": torch.ones(8, 8)}
    for name, zipped in (("new.pth", True), ("old.pth", False)):
        torch.save(tensors, tmp_path / name, _use_new_zipfile_serialization=zipped)
    assert control_header(tmp_path / "new.pth").transformer and control_header(tmp_path / "old.pth") is None


def test_a_file_that_is_gone_is_unknown(tmp_path):
    assert control_header(tmp_path / "x.safetensors") is None and base_header(tmp_path / "x.safetensors") is None


def test_listed_names_are_found_in_their_own_folder_only(models):
    files.published(models["controlnet"] / "c.safetensors", "t2i_sdxl_diffusers")
    files.base(models["checkpoints"] / "b.safetensors", "sdxl")
    assert find("controlnet", "c.safetensors") == models["controlnet"] / "c.safetensors"
    assert find("checkpoints", "b.safetensors") == models["checkpoints"] / "b.safetensors"
    assert find(PRACTICE, PRACTICE_MODEL.name) == PRACTICE_MODEL
    assert find("checkpoints", "c.safetensors") is None and find("controlnet", "b.safetensors") is None


@pytest.mark.parametrize("folder_name", ["controlnet", "checkpoints", "diffusion_models", PRACTICE])
@pytest.mark.parametrize(
    "name",
    [
        "../secret.safetensors",
        "sub/../../secret.safetensors",
        "link/../../secret.safetensors",
        "..\\secret.safetensors",
        "%2e%2e/secret.safetensors",
        "..%2fsecret.safetensors",
        "{root}/secret.safetensors",
        "secret.safetensors\0",
        "./../controlnet/../secret.safetensors",
        "",
        ".",
        "/",
    ],
)
def test_no_name_leads_out_of_a_folder(models, tmp_path, folder_name, name):
    files.published(tmp_path / "secret.safetensors", "t2i_sdxl_diffusers")
    (tmp_path / "outside").mkdir()
    for place in models.values():
        (place / "sub").mkdir()
        (place / "link").symlink_to(tmp_path / "outside")
    name = name.replace("{root}", str(tmp_path))
    assert find(folder_name, name) is None
    assert inspected(folder_name, name)[1] == 404


@pytest.mark.parametrize("name", ["loras", "input", "", "..", "/", "custom_nodes", "checkpoints/.."])
def test_other_folders_are_not_inspected(models, name):
    assert inspected(name, "x.safetensors")[1] == 404


def test_a_link_to_a_file_that_is_no_model_tells_nothing_of_it(models, tmp_path):
    (tmp_path / "secret").write_text("password")
    (models["controlnet"] / "x.safetensors").symlink_to(tmp_path / "secret")
    answer, status = inspected("controlnet", "x.safetensors")
    assert status == 200 and "password" not in str(answer) and "cannot be read" in answer["problem"]


def test_an_answer_tells_blocks_types_and_kind(models):
    files.published(models["controlnet"] / "canny.safetensors", "controlnet_union_sdxl")
    files.base(models["checkpoints"] / "b.safetensors", "sd15")
    answer, _ = inspected("controlnet", "canny.safetensors", "checkpoints", "b.safetensors")
    assert answer["blocks"] == "skip 0..8, middle"
    assert answer["kind"] == "lines" and answer["types"][0] == "openpose"
    assert answer["mismatch"].startswith("This control model is for SDXL, but")
    assert inspected("controlnet", "canny.safetensors")[0]["mismatch"] is None
    assert inspected("checkpoints", "b.safetensors")[0]["base"] == "Stable Diffusion 1.x"
