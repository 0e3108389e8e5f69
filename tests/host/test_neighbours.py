"""ComfyUI's own nodes around a control: they take ours as they take theirs."""

from types import SimpleNamespace

import nodes as comfy_nodes
import pytest
import torch
from comfy_extras.nodes_cond import CLIPTextEncodeControlnet
from comfy_extras.nodes_controlnet import ControlNetInpaintingAliMamaApply
from comfy_extras.nodes_sd3 import ControlNetApplySD3

from armature.host.applying import apply_control

from . import tiny
from .test_sampling import EXACT, conditionings, ours, sample

FAMILY = tiny.SDXL
HINT, MASK = tiny.hint(), torch.ones(1, 64, 64)
PART = (0.6, 0.0, 0.9)
APPLIES = {
    "ControlNetApply": lambda both, control: (
        *comfy_nodes.ControlNetApply().apply_controlnet(both[0], control, HINT, PART[0]),
        both[1],
    ),
    "ControlNetApplyAdvanced": lambda both, control: comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(
        *both, control, HINT, *PART
    ),
    "ControlNetApplySD3": lambda both, control: ControlNetApplySD3.execute(*both, control, HINT, *PART).args,
    "ControlNetInpaintingAliMamaApply": lambda both, control: (
        ControlNetInpaintingAliMamaApply.execute(*both, control, None, HINT, MASK, *PART).args
    ),
}


@pytest.fixture(scope="module")
def base():
    return tiny.base_model(FAMILY)


@pytest.fixture(scope="module")
def network():
    return tiny.core_network(FAMILY)


@pytest.mark.parametrize("name", APPLIES)
def test_every_apply_node_takes_ours(base, network, name):
    found, expected = (
        sample(base, *APPLIES[name](conditionings(FAMILY), control))
        for control in (ours(FAMILY, network), tiny.core_control(network))
    )
    torch.testing.assert_close(found, expected, **EXACT)
    assert not torch.allclose(found, sample(base, *conditionings(FAMILY)))


def test_a_prompt_of_the_controls_own_is_what_it_sees(base, network):
    (own,) = tiny.conditioning(FAMILY, 20)
    tokens = SimpleNamespace(
        tokenize=lambda text: text, encode_from_tokens=lambda *_, **__: (own[0], own[1]["pooled_output"])
    )

    def run(control, own_prompt):
        positive, negative = conditionings(FAMILY)
        if own_prompt:
            (positive,) = CLIPTextEncodeControlnet.execute(tokens, positive, "its own").args
        return sample(base, *apply_control(positive, negative, control, HINT, 1.0, (0.0, 1.0)))

    found = run(ours(FAMILY, network), own_prompt=True)
    torch.testing.assert_close(found, run(tiny.core_control(network), own_prompt=True), **EXACT)
    assert not torch.allclose(found, run(ours(FAMILY, network), own_prompt=False))
