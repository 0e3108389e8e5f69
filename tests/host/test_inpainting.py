"""The hint for inpainting: each family's own, equal to ComfyUI's where it has a node for it."""

import comfy.controlnet
import pytest
import torch
from comfy_extras.nodes_controlnet import ControlNetInpaintingAliMamaApply

from armature.errors import WrongControl
from armature.host.applying import Application, apply
from armature.host.inpainting import inpainting_hint

from . import tiny
from .test_sampling import conditionings, ours
from .test_union import core_network, our_control

MASK = torch.zeros(1, 6, 8)
MASK[:, 2:4, 4:] = 1.0
IMAGE = torch.rand(1, 12, 16, 3)
HOLE = torch.zeros(12, 16, dtype=torch.bool)
HOLE[4:8, 8:] = True


def concatenating():
    return comfy.controlnet.ControlNet(torch.nn.Module(), latent_format=object(), concat_mask=True)


CONTROLS = {
    "ControlNet": (lambda: ours(tiny.SD1, tiny.core_network(tiny.SD1)), -1.0),
    "ComfyUI's ControlNet": (lambda: tiny.core_control(tiny.core_network(tiny.SD1)), -1.0),
    "ComfyUI's Control-LoRA": (lambda: comfy.controlnet.ControlLora({}), -1.0),
    "ProMax": (lambda: our_control(core_network()), 0.0),
    "ComfyUI's ProMax": (lambda: tiny.core_control(core_network()), 0.0),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_the_hole_has_the_families_value(name):
    make, value = CONTROLS[name]
    hint, beside = inpainting_hint(make(), IMAGE.movedim(-1, 1), MASK)
    expected = torch.where(HOLE[None, None], torch.tensor(value), IMAGE.movedim(-1, 1))
    assert not beside
    torch.testing.assert_close(hint, expected, rtol=0, atol=0)


@pytest.mark.parametrize("shape", [(1, 6, 8), (1, 12, 16), (2, 9, 9), (30, 40)])
def test_masks_beside_the_latents_equal_comfyuis_node(shape):
    control, mask, both = concatenating(), torch.rand(shape), conditionings(tiny.SD1)
    image, vae = torch.rand(mask.reshape(-1, *shape[-2:]).shape[0], 12, 16, 3), object()
    theirs = ControlNetInpaintingAliMamaApply.execute(*both, control, vae, image, mask, 0.8, 0.1, 0.9)
    mine = apply(*both, Application(control, image, 0.8, (0.1, 0.9), inpaint_mask=mask, vae=vae))
    found, expected = (positive[0][1]["control"] for positive in (mine[0], theirs[0]))
    torch.testing.assert_close(found.cond_hint_original, expected.cond_hint_original, rtol=0, atol=0)
    torch.testing.assert_close(found.extra_concat_orig, expected.extra_concat_orig, rtol=0, atol=0)
    assert (found.strength, found.timestep_percent_range, found.vae) == (0.8, (0.1, 0.9), vae)


def test_a_batch_of_masks_makes_a_batch_of_hints_and_alpha_is_no_part_of_them():
    control, masks = ours(tiny.SD1, tiny.core_network(tiny.SD1)), torch.cat([MASK, 1 - MASK])
    picture = torch.cat([IMAGE, torch.ones(1, 12, 16, 1)], dim=-1)
    hint, _ = inpainting_hint(control, picture.movedim(-1, 1), masks)
    assert hint.shape == (2, 3, 12, 16)
    assert (hint[0][:, HOLE] == -1).all() and (hint[1][:, ~HOLE] == -1).all() and (hint[1][:, HOLE] >= 0).all()


@pytest.mark.parametrize(
    "control",
    [comfy.controlnet.ControlNet(torch.nn.Module()), comfy.controlnet.T2IAdapter(None, 3, 8, "nearest-exact")],
    ids=["a transformer's", "ComfyUI's T2I-Adapter"],
)
def test_controls_without_inpainting_are_refused(control):
    with pytest.raises(WrongControl, match="not made for inpainting"):
        inpainting_hint(control, IMAGE.movedim(-1, 1), MASK)
