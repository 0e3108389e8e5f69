"""New controls change nothing that is drawn, until they are trained; only a T2I-Adapter acts at once, as published."""

from itertools import product

import pytest
import torch

from armature.errors import UnknownMethod
from armature.host.applying import Application
from armature.host.creating import create_control
from armature.host.practice import load_practice_model
from armature.host.probing import Sampling
from armature.nodes.create_control import CreateControl

SIDE = 64
XS = [
    {"type": kind, "ratio": 0.25, "infusion": infusion, "learned_time_embedding": learned}
    for kind, infusion, learned in product("ABC", ("cat", "add"), (False, True))
]
ZERO = [("ControlNet", {}), ("ControlNet-LLLite", {"hint_features": 8, "width": 8})]
ZERO += [("ControlNet-XS", chosen) for chosen in XS]


@pytest.fixture(scope="module")
def model():
    return load_practice_model()[0]


@pytest.fixture(scope="module")
def drawn(model):
    """The latents that are drawn under a control, or without one."""
    words, nothing = ([[torch.randn(1, 77, 64, generator=torch.Generator().manual_seed(n)), {}]] for n in (1, 2))
    empty = {"samples": torch.zeros(1, 4, SIDE // 8, SIDE // 8)}
    sampling = Sampling(model, words, nothing, empty, 1, 2, 3.0, "euler", "normal")
    hint = torch.rand(1, SIDE, SIDE, 3, generator=torch.Generator().manual_seed(3))
    return lambda *controls: sampling.run(*(Application(control, hint) for control in controls))


@pytest.fixture(scope="module")
def plain(drawn):
    return drawn()


@pytest.mark.parametrize(
    "family, chosen", ZERO, ids=lambda one: one if isinstance(one, str) else "-".join(map(str, one.values()))
)
def test_a_new_control_changes_no_bit_of_what_is_drawn(model, drawn, plain, family, chosen):
    assert torch.equal(drawn(create_control(model, family, chosen, seed=0)), plain)


def test_a_new_adapter_acts_at_once(model, drawn, plain):
    assert not torch.equal(drawn(create_control(model, "T2I-Adapter", {}, seed=0)), plain)


def test_an_unknown_family_is_refused_with_the_known_ones(model):
    with pytest.raises(UnknownMethod, match="one of: ControlNet, ControlNet-XS"):
        CreateControl.execute(model=model, seed=0, family={"family": "Gone"})
