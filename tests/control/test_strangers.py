import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.checkpoint import Checkpoint
from armature.control.strangers import name_stranger
from armature.errors import UnknownArchitecture

from .manifests import OTHERS, checkpoint

ALL = discovery.declared(architectures, Architecture).values()
FAMILIES = {
    "controlnet_union": "a ControlNet Union",
    "control_lora": "a Control-LoRA",
    "t2i_style": "a T2I style adapter",
}
LOOSE = {
    "a whole checkpoint": ["model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.decoder.conv_in.weight"],
    "a LoRA": ["lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight"],
    "a VAE": ["decoder.conv_in.weight", "encoder.conv_in.weight", "quant_conv.weight"],
    "a diffusion model (a UNet in the diffusers": [
        "down_blocks.0.x",
        "up_blocks.0.x",
        "conv_in.weight",
        "time_embedding.linear_1.weight",
    ],
    "a diffusion model (a UNet in the original": ["input_blocks.0.0.weight", "output_blocks.0.0.x", "out.2.weight"],
    "a ControlNet-LLLite for a diffusion transformer": ["lllite_dit_blocks_0_self_attn_q_proj.down.0.weight"],
    "a CLIP text encoder": ["text_model.embeddings.token_embedding.weight"],
    "for a diffusion transformer": ["controlnet_blocks.0.weight", "pos_embed_input.proj.weight"],
}


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_published_file_is_taken_for_one_of_ours(name):
    with pytest.raises(UnknownArchitecture, match=name):
        detect(checkpoint(name), ALL)


@pytest.mark.parametrize("name", [name for name in OTHERS if name.startswith(("control", "t2i"))])
def test_relatives_are_called_by_their_names(name):
    expected = next(what for start, what in FAMILIES.items() if name.startswith(start))
    assert expected in name_stranger(checkpoint(name))


@pytest.mark.parametrize("what", LOOSE)
def test_files_of_other_folders_are_told_where_they_belong(what):
    file = Checkpoint({key: torch.zeros(1) for key in LOOSE[what]}, "mine.safetensors")
    said = name_stranger(file)
    assert said.startswith("mine.safetensors is ") and what in said


def test_what_nobody_knows_has_no_name():
    assert name_stranger(Checkpoint({"x": torch.zeros(1)})) is None
