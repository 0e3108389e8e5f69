"""A new ControlNet Union: the ControlNet that it starts as, whatever its types."""

import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.controlnet_union import Role
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.step import Step
from armature.control.training.controlnet_union import new_controlnet_union

from ..architectures.tiny_controlnet import SD1, SDXL, weights

ALL = list(discovery.declared(architectures, Architecture).values())


def loaded(tensors):
    file = Checkpoint({key: value.clone() for key, value in tensors.items()}, "new.safetensors")
    architecture, layout = detect(file, ALL)
    return architecture.load(file, layout, Backend()).requires_grad_(True)


def both(shape, types=6):
    start = weights(shape)
    return loaded(start), loaded(new_controlnet_union(start, types, sinusoids=8).tensors)


def step(shape):
    generator = torch.Generator().manual_seed(1)
    return Step(
        torch.randn(2, 4, 8, 8, generator=generator),
        torch.tensor([5.0, 700.0]),
        torch.randn(2, 7, shape.context, generator=generator),
        sigma=1.0,
        sigma_at=lambda percent: 1 - percent,
        y=None if shape.y is None else torch.randn(2, shape.y, generator=generator),
    )


@pytest.mark.parametrize("shape", [SD1, SDXL], ids=["SD1", "SDXL"])
@pytest.mark.parametrize("types", [[], [0], [1], [5]])
def test_with_any_type_it_is_the_controlnet_bit_for_bit(shape, types):
    controlnet, union = both(shape)
    at, hint = step(shape), torch.rand(2, 3, 64, 64)
    typed, blocks = union.typed(types), controlnet.places.blocks
    expected = controlnet.residuals(at, controlnet.encode(hint), blocks)
    found = typed.residuals(at, typed.encode(hint), blocks)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[block], expected[block]) for block in blocks)


def test_types_learn_through_the_layers_that_are_zero():
    _, union = both(SD1)
    typed = union.typed([1])
    found = typed.residuals(step(SD1), typed.encode(torch.rand(2, 3, 64, 64)), typed.places.blocks)
    sum(residual.square().sum() for residual in found.values()).backward()
    learning = {key for key, p in union.type_network.named_parameters() if p.grad is not None and p.grad.any()}
    zero = ("spatial_ch_projs", "control_add_embedding.linear_2")
    assert learning == {f"{name}.{kind}" for name in zero for kind in ("weight", "bias")}


def test_it_has_as_many_types_as_were_asked_for():
    _, promax = both(SD1, types=8)
    assert promax.types[-1] == "repaint" and promax.with_roles([Role(7)]).roles == (Role(7),)
