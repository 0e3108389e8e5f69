"""What the loaders list: every folder's files, each under one name that stays."""

import pytest

from armature.errors import UnreadableFile
from armature.host.control_files import control_files, path_of
from armature.host.practice import practice_controls

from .folders import folder as folder
from .folders import roots


@pytest.fixture
def two(folder, monkeypatch):
    """models/controlnet and models/t2i_adapter, both in the list "controlnet", and models/model_patches."""
    places = [folder / name for name in ("controlnet", "t2i_adapter", "model_patches")]
    for place in places:
        place.mkdir()
    roots(monkeypatch, "controlnet", *places[:2])
    roots(monkeypatch, "model_patches", places[2])
    return folder


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)


def test_files_of_both_controlnet_folders_have_the_names_that_core_gives_them(two):
    put(two, "controlnet/a.safetensors", "t2i_adapter/b.safetensors")
    assert path_of("a.safetensors") == two / "controlnet/a.safetensors"
    assert path_of("b.safetensors") == two / "t2i_adapter/b.safetensors"


def test_files_of_other_folders_are_listed_under_the_folders_name(two):
    put(two, "model_patches/p.safetensors")
    assert path_of("model_patches/p.safetensors") == two / "model_patches/p.safetensors"
    with pytest.raises(UnreadableFile):
        path_of("p.safetensors")


def test_equal_names_stay_apart(two):
    put(two, "controlnet/x.pth", "t2i_adapter/x.pth", "model_patches/x.pth")
    assert [path_of(name) for name in ("x.pth", "t2i_adapter/x.pth", "model_patches/x.pth")] == [
        two / "controlnet/x.pth",
        two / "t2i_adapter/x.pth",
        two / "model_patches/x.pth",
    ]


def test_a_subfolder_named_like_another_folder_keeps_its_name(two):
    put(two, "model_patches/x.pth")
    put(two / "controlnet", "model_patches/x.pth")
    assert path_of("model_patches/x.pth") == two / "controlnet/model_patches/x.pth"
    assert two / "model_patches/x.pth" in control_files().values()


def test_a_users_file_hides_no_practice_control_and_keeps_its_name(two):
    name, built_in = next(iter(practice_controls().items()))
    put(two, f"controlnet/{name}")
    assert path_of(name) == two / "controlnet" / name
    assert built_in in control_files().values()


def test_every_file_is_listed_once(two):
    put(two, "controlnet/x.pth", "t2i_adapter/x.pth", "model_patches/x.pth", "controlnet/s/x.pth")
    files = list(control_files().values())
    assert len(files) == len(set(files)) == 4 + len(practice_controls())


def test_what_is_no_model_is_not_listed(two):
    put(two, "controlnet/readme.txt", "controlnet/config.json")
    assert control_files() == practice_controls()
