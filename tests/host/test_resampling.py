"""Control of a UNet whose size a patch changes: the real PatchModelAddDownscale node, in ComfyUI's sampler."""

import logging

import comfy.ldm.modules.diffusionmodules.openaimodel as core_unet
import pytest
import torch
from comfy_extras.nodes_model_downscale import PatchModelAddDownscale

from armature.errors import WrongBaseModel
from armature.host.applying import apply_control

from . import tiny
from .test_families import adapter, core_adapter, our_adapter
from .test_interleaved import EVERYWHERE, Case
from .test_sampling import EXACT, conditionings, ours, sample

SIZE = (16, 24)
FAMILIES = {  # name: base, control
    "ControlNet": (tiny.SD1, lambda: ours(tiny.SD1, tiny.core_network(tiny.SD1))),
    "ControlNet SDXL": (tiny.SDXL, lambda: ours(tiny.SDXL, tiny.core_network(tiny.SDXL))),
    "T2I-Adapter": (tiny.SD1, lambda: our_adapter(adapter(False))),
    "T2I-Adapter SDXL": (tiny.SDXL, lambda: our_adapter(adapter(True))),
    "XS type A": (tiny.SD1, Case("XS type A", tiny.SD1, "A").control),
    "XS type B": (tiny.SDXL, Case("XS type B", tiny.SDXL, "B learned").control),
    "XS type C": (tiny.SD2, Case("XS type C", tiny.SD2, "C").control),
    "LLLite": (tiny.SDXL, Case("LLLite", tiny.SDXL).control),
}
RESIDUALS = [name for name in FAMILIES if "XS" not in name and name != "LLLite"]


@pytest.fixture(params=FAMILIES)
def made(request):
    family, control = FAMILIES[request.param]
    return family, control(), tiny.base_model(family)


def shrunk(base, block=3, factor=2.0, after_skip=True, end=1.0):
    return PatchModelAddDownscale.execute(base, block, factor, 0.0, end, after_skip, "bicubic", "bicubic").args[0]


def run(family, base, *controls, size=SIZE):
    both = conditionings(family)
    for control in controls:
        both = apply_control(*both, control, tiny.hint(), 1.0, EVERYWHERE)
    return sample(base, *both, size=size)


def difference(a, b):
    return float((a - b).norm() / b.norm())


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO)
    return lambda text: [record.message for record in caplog.records if text in record.message]


@pytest.mark.parametrize("after_skip", [True, False], ids=["after skip", "before skip"])
def test_a_shrunk_unet_is_controlled_about_as_much(made, after_skip, lines):
    family, control, base = made
    small = shrunk(base, after_skip=after_skip)
    controlled = run(family, small, control)
    effect, whole = (
        difference(controlled, run(family, small)),
        difference(run(family, base, control), run(family, base)),
    )
    assert whole / 2 < effect < whole * 2
    torch.testing.assert_close(run(family, small, control), controlled, **EXACT)
    assert not lines("could not be applied")


@pytest.mark.parametrize("block, factor", [(1, 1.5), (4, 3.0), (8, 2.0)])
@pytest.mark.parametrize("size", [SIZE, (15, 9)], ids=str)
def test_any_block_factor_and_size(made, block, factor, size, lines):
    family, control, base = made
    small = shrunk(base, block, factor)
    assert not torch.allclose(run(family, small, control, size=size), run(family, small, size=size))
    assert not lines("could not be applied")


def test_it_is_said_once_a_run(made, lines):
    family, control, base = made
    run(family, base, control, control)
    assert not lines("Control is resampled")
    run(family, shrunk(base), control, control)
    assert len(lines("Control is resampled")) == 1
    run(family, shrunk(base), control)
    assert len(lines("Control is resampled")) == 2


def test_where_it_is_not_shrunk_nothing_changes(made):
    family, control, base = made
    never = shrunk(base, end=0.0, block=30)
    torch.testing.assert_close(run(family, never, control), run(family, base, control), **EXACT)


@pytest.mark.parametrize("after_skip", [True, False], ids=["after skip", "before skip"])
@pytest.mark.parametrize("name", RESIDUALS)
def test_residuals_are_what_core_would_add_could_it_fit_them(name, after_skip, monkeypatch):
    family, control = FAMILIES[name]
    base = tiny.base_model(family)
    found = run(family, shrunk(base, after_skip=after_skip), control())

    def apply(h, control, kind):
        residual = control[kind].pop() if control is not None and control.get(kind) else None
        if residual is None:
            return h
        return h + torch.nn.functional.interpolate(residual, h.shape[-2:], mode="nearest")

    theirs = {
        "ControlNet": lambda: tiny.core_control(tiny.core_network(family)),
        "T2I-Adapter": lambda: core_adapter(adapter(family is tiny.SDXL)),
    }[name.removesuffix(" SDXL")]
    monkeypatch.setattr(core_unet, "apply_control", apply)
    torch.testing.assert_close(found, run(family, shrunk(base, after_skip=after_skip), theirs()), **EXACT)


def test_cores_controls_in_the_chain_are_fitted_too(lines):
    base = tiny.base_model(tiny.SD1)
    network = tiny.core_network(tiny.SD1)
    mixed = run(tiny.SD1, shrunk(base), tiny.core_control(network), our_adapter(adapter(False)))
    alike = run(tiny.SD1, shrunk(base), ours(tiny.SD1, network), our_adapter(adapter(False)))
    torch.testing.assert_close(mixed, alike, **EXACT)
    assert not lines("could not be applied")


@pytest.mark.parametrize("kind", ["input", "middle", "output"])
def test_channels_that_do_not_fit_are_never_dropped(kind, monkeypatch):
    base, foreign = tiny.base_model(tiny.SD1), tiny.core_control(tiny.core_network(tiny.SD1))
    odd = {"input": [], "middle": [], "output": []} | {kind: [torch.zeros(1, 7, 2, 3)]}
    monkeypatch.setattr(foreign, "get_control", lambda *given: {k: list(v) for k, v in odd.items()})
    both = apply_control(*conditionings(tiny.SD1), our_adapter(adapter(False)), tiny.hint(), 1.0, EVERYWHERE)
    for entry in (*both[0], *both[1]):
        entry[1]["control"].previous_controlnet = foreign
    with pytest.raises(WrongBaseModel, match="7 channels"):
        sample(base, *both, size=SIZE)
