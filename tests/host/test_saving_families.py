"""Saved T2I-Adapters and ControlNet-XS load in diffusers, which computes the same with them."""

import folder_paths
import pytest
import torch
from diffusers import ControlNetXSAdapter, T2IAdapter

from armature.control.checkpoint import Checkpoint
from armature.control.layers.controlnet_xs_keys import to_adapter
from armature.control.training.controlnet_xs import NewControlNetXS
from armature.control.training.lllite import NewLLLite
from armature.errors import WrongControl
from armature.host.creating import hosted
from armature.host.reading import read_checkpoint
from armature.host.saving import save_control

from ..control.architectures.diffusers_modules import difference, loaded, random, randomised
from ..control.architectures.test_controlnet_xs_against_diffusers import TOLERANCES, WIDTHS, Pair
from ..control.architectures.test_t2i_adapter_against_diffusers import KINDS
from . import tiny


@pytest.fixture(autouse=True)
def output(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "get_output_directory", lambda: str(tmp_path))


def control(tensors):
    return hosted(Checkpoint({key: tensor.clone() for key, tensor in tensors.items()}))


def saved(tensors, layout):
    return save_control(control(tensors), "net", layout, "auto")


def official(module, **more):
    """The weights of a module of diffusers by their original names."""
    return loaded(module).state_dict() | more


@torch.no_grad()
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_diffusers_gives_a_saved_adapters_features_to_the_bit(kind, channels):
    multiple, widths = KINDS[kind]
    tensors = official(randomised(T2IAdapter(channels, widths, 2, multiple, kind), torch.float32))
    theirs = T2IAdapter.from_pretrained(saved(tensors, "diffusers").parent).eval()
    hint = random(2, channels, 9 * multiple, 7 * multiple, dtype=torch.float32, seed=1).sigmoid()
    for mine, other in zip(control(tensors).model.encode(hint), theirs(hint), strict=True):
        assert torch.equal(mine, other)


@torch.no_grad()
@pytest.mark.parametrize("family, learned", [("SD1", False), ("SD2", True), ("SDXL", True)])
def test_a_saved_xs_is_the_same_in_diffusers(family, learned):
    pair = Pair(family, *WIDTHS[family][1], torch.float32, learned=learned)
    ours = pair.comfyui(1.0)
    path = saved(official(pair.adapter), "diffusers")
    pair.adapter = ControlNetXSAdapter.from_pretrained(path.parent).eval()
    assert difference(ours, pair.diffusers(1.0)) <= TOLERANCES[torch.float32]


def test_the_scale_list_of_an_xs_is_in_the_weights_that_diffusers_gets():
    tensors = official(Pair("SD1", *WIDTHS["SD1"][0], torch.float32).adapter)
    scales = torch.linspace(0.5, 1.5, 25)
    exchanges = [*(f"enc_zero_convs_out.{n}" for n in range(12)), "middle_block_out"]
    exchanges += [f"dec_zero_convs_out.{n}" for n in range(12)]
    scaled = {f"{name}.0.{part}": scale for name, scale in zip(exchanges, scales) for part in ("weight", "bias")}
    theirs = read_checkpoint(saved(tensors | {"scale_list": scales}, "diffusers"), "xs").tensors
    for ours, name in to_adapter(Checkpoint(tensors)).items():
        assert torch.equal(theirs[name], tensors[ours] * scaled.get(ours, torch.ones(()))), ours


def test_the_original_file_of_an_xs_has_the_list_that_its_code_wants():
    pair = Pair("SD1", *WIDTHS["SD1"][0], torch.float32)
    tensors = official(pair.adapter)
    path = saved(tensors, "original")
    file = read_checkpoint(path, "xs").tensors
    assert file.keys() == tensors.keys() | {"scale_list"} and file["scale_list"].tolist() == [1.0] * 25
    assert all(torch.equal(file[key], tensors[key]) for key in tensors)
    again = read_checkpoint(saved(tensors | {"scale_list": torch.full((25,), 0.5)}, "original"), "xs")
    assert again.tensors["scale_list"].tolist() == [0.5] * 25


@pytest.mark.parametrize(
    "new, why",
    [
        (NewControlNetXS(8, kind="A"), "type A or C"),
        (NewControlNetXS(8, kind="C"), "type A or C"),
        (NewControlNetXS(8, infusion="add"), "streams are added"),
        (NewLLLite(), "original layout only"),
    ],
    ids=["A", "C", "add", "LLLite"],
)
def test_what_diffusers_does_not_have_is_refused_before_anything_is_written(new, why, tmp_path):
    base = tiny.SDXL if isinstance(new, NewLLLite) else tiny.SD1
    tensors = new.checkpoint(tiny.base_model(base).model.diffusion_model.state_dict()).tensors
    with pytest.raises(WrongControl, match=why):
        saved(tensors, "diffusers")
    assert not list(tmp_path.rglob("*.*"))
