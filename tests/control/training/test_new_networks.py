"""New control networks: what they leave unchanged before training, and that they are files like any other."""

import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.scale import Scale
from armature.control.step import Step
from armature.control.training.addition import as_patches
from armature.control.training.controlnet import NewControlNet
from armature.control.training.controlnet_xs import NewControlNetXS
from armature.control.training.lllite import NewLLLite
from armature.control.training.t2i_adapter import NewT2IAdapter
from armature.host.base_model import ComfyUNet, unet_shape

from ...host import tiny

ALL = list(discovery.declared(architectures, Architecture).values())
HINT = (3, 4, 4, 8, 8, 8, 8, 8)
NETWORKS = {
    "ControlNet": NewControlNet(HINT).checkpoint,
    "XS type A": NewControlNetXS(8, HINT, head_channels=8, kind="A").checkpoint,
    "XS type B": NewControlNetXS(8, HINT, head_channels=8).checkpoint,
    "XS type C": NewControlNetXS(8, HINT, head_channels=8, kind="C").checkpoint,
    "XS type A, add": NewControlNetXS(8, HINT, head_channels=8, kind="A", infusion="add").checkpoint,
    "XS type C, add, learned": NewControlNetXS(8, HINT, 8, "C", "add", learn_embedding=True).checkpoint,
    "LLLite": NewLLLite(features=8, narrow=8).checkpoint,
    "T2I-Adapter": NewT2IAdapter().checkpoint,
}
BASES = {"SD1": tiny.SD1, "SDXL": tiny.SDXL}
FITTING = [(name, base) for name in NETWORKS for base in BASES]


def loaded(name, base):
    new = NETWORKS[name](base.model.diffusion_model.state_dict())
    file = Checkpoint({key: value.clone() for key, value in new.tensors.items()}, "new.safetensors", new.metadata)
    architecture, layout = detect(file, ALL)
    return architecture.load(file, layout, Backend()).requires_grad_(True)


def step(base, family):
    generator = torch.Generator().manual_seed(1)
    y = family.unet["adm_in_channels"]
    return Step(
        torch.randn(2, 4, 16, 16, generator=generator),
        torch.tensor([5.0, 700.0]),
        torch.randn(2, 7, family.unet["context_dim"], generator=generator),
        sigma=1.0,
        sigma_at=lambda percent: 1 - percent,
        y=None if y is None else torch.randn(2, y, generator=generator),
        base=ComfyUNet(base.model),
    )


def run(base, at, control=None):
    """What the base predicts, under the control with a hint if there is one."""
    patches = {}
    if control is not None:
        hint = torch.rand(2, control.hint_channels, 128, 128, generator=torch.Generator().manual_seed(2))
        patches = as_patches(control.output(at, control.encode(hint), Scale(1.0)), len(control.base.widths))
    options = {"patches": patches}
    return base.model.diffusion_model(at.x, at.timesteps, at.context, y=at.y, transformer_options=options)


@pytest.mark.parametrize("name, family", FITTING)
def test_a_new_network_fits_its_base(name, family):
    base = tiny.base_model(BASES[family])
    assert loaded(name, base).base.fits(unet_shape(base.model))


@pytest.mark.parametrize("name, family", [(name, base) for name, base in FITTING if name != "T2I-Adapter"])
def test_before_training_it_changes_nothing_bit_for_bit(name, family):
    base = tiny.base_model(BASES[family])
    control, at = loaded(name, base), step(base, BASES[family])
    torch.testing.assert_close(run(base, at, control), run(base, at), rtol=0, atol=0)


@pytest.mark.parametrize("name, family", [(name, base) for name, base in FITTING if name != "T2I-Adapter"])
def test_only_the_zero_layers_learn_at_first(name, family):
    base = tiny.base_model(BASES[family])
    base.model.diffusion_model.requires_grad_(False)
    control, at = loaded(name, base), step(base, BASES[family])
    run(base, at, control).square().mean().backward()
    learning = {key for key, p in control.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
    outward = ("enc_zero_convs_out", "middle_block_out", "dec_zero_convs_out", "zero_convs")
    shared = "control_model.time_embed."  # of a learned embedding, which the base uses too
    zero = {key for key in dict(control.named_parameters()) if key.startswith((*outward, shared)) or ".up.0." in key}
    assert learning and learning <= zero


@pytest.mark.parametrize("family", BASES)
def test_an_adapter_acts_from_the_start(family):
    base = tiny.base_model(BASES[family])
    control, at = loaded("T2I-Adapter", base), step(base, BASES[family])
    assert not torch.equal(run(base, at, control), run(base, at))
    assert all(parameter.abs().sum() > 0 for parameter in control.parameters())


def test_a_controlnet_takes_the_latent_alone_of_an_inpainting_base():
    unet = dict(tiny.base_model(tiny.SD1).model.diffusion_model.state_dict())
    unet["input_blocks.0.0.weight"] = torch.cat([unet["input_blocks.0.0.weight"], torch.ones(32, 5, 3, 3)], dim=1)
    new = NewControlNet(HINT).checkpoint(unet)
    assert torch.equal(new.tensors["input_blocks.0.0.weight"], unet["input_blocks.0.0.weight"][:, :4])


def test_a_learned_time_embedding_starts_as_the_bases():
    unet = tiny.base_model(tiny.SD1).model.diffusion_model.state_dict()
    new = NewControlNetXS(8, HINT, learn_embedding=True).checkpoint(unet)
    assert torch.equal(new.tensors["control_model.time_embed.2.bias"], unet["time_embed.2.bias"])
