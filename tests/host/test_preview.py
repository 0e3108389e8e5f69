"""The preview is what the network gets, to the bit."""

import pytest
import torch

from armature.control.hint import Fit
from armature.control.options import Options
from armature.control.unit import Manner
from armature.host.applying import Application, apply
from armature.host.preview import latent_size, preview

from . import tiny
from .test_families import adapter, core_adapter, our_adapter
from .test_sampling import conditionings, ours, sample

IMAGE, SIZE = tiny.hint(70, 50), (9, 12)
SD1, SDXL = tiny.SD1, tiny.SDXL


@pytest.mark.parametrize("fit", [Fit(), Fit("fit", "bicubic"), Fit("fill edge", "area"), Fit("stretch", "auto")])
@pytest.mark.parametrize(
    "family, make",
    [(SD1, lambda: ours(SD1, tiny.core_network(SD1))), (SDXL, lambda: our_adapter(adapter(True, 256)))],
    ids=["ControlNet", "grey T2I-Adapter"],
)
def test_it_equals_what_is_encoded(family, make, fit):
    control, seen = make(), []
    encode = control.model.encode
    control.model.encode = lambda hint: seen.append(hint) or encode(hint)
    application = Application(control, IMAGE, manner=Manner(options=Options(fit=fit)))
    sample(tiny.base_model(family), *apply(*conditionings(family), application), size=SIZE, steps=1)
    shown = preview(control, IMAGE, SIZE, Options(fit=fit))
    assert shown.shape[-1] == 3 and len(seen) == 1
    torch.testing.assert_close(shown.movedim(-1, 1)[:, : seen[0].shape[1]], seen[0], rtol=0, atol=0)


@pytest.mark.parametrize("xl", [False, True], ids=["ControlNet", "T2I-Adapter"])
def test_it_equals_what_comfyuis_controls_see(xl):
    family = SDXL if xl else SD1
    network = adapter(True) if xl else tiny.core_network(family)
    control, seen = (core_adapter if xl else tiny.core_control)(network), []
    network.register_forward_pre_hook(
        lambda module, given, named: seen.append(given[0] if given else named["hint"]), with_kwargs=True
    )
    sample(tiny.base_model(family), *apply(*conditionings(family), Application(control, IMAGE)), size=SIZE, steps=1)
    torch.testing.assert_close(preview(control, IMAGE, SIZE, Options()).movedim(-1, 1), seen[0][:1], rtol=0, atol=0)


def test_the_hole_is_shown():
    control, mask = ours(SD1, tiny.core_network(SD1)), torch.zeros(1, 70, 50)
    mask[:, :35] = 1.0
    shown = preview(control, IMAGE, latent_size(48, 64), Options(), mask)
    assert shown.shape == (1, 64, 48, 3)
    assert (shown[:, :32] == -1).all() and (shown[:, 32:] >= 0).all()
