import pytest
import torch

from armature.errors import WrongControl
from armature.host.applying import apply_control
from armature.nodes.load_control import LoadControl
from armature.nodes.xs_options import ControlNetXSOptions

from ..host import tiny
from ..host.test_interleaved import EVERYWHERE, Case
from ..host.test_sampling import EXACT, conditionings, sample

LEARNED = Case("XS type B", tiny.SD1, "B learned")


@pytest.fixture(scope="module")
def base():
    return tiny.base_model(tiny.SD1)


def run(base, control, strength=0.5):
    return sample(base, *apply_control(*conditionings(tiny.SD1), control, tiny.hint(), strength, EVERYWHERE))


def changed(control, prune_until=0, reference_sd=False):
    return ControlNetXSOptions.execute(control, prune_until, reference_sd).args[0]


def test_the_defaults_change_nothing(base):
    control = LEARNED.control()
    torch.testing.assert_close(run(base, changed(control)), run(base, control), **EXACT)


@pytest.mark.parametrize("options", [{"prune_until": 4}, {"reference_sd": True}], ids=str)
def test_an_option_acts_where_it_is_applied_and_nowhere_else(base, options):
    control = LEARNED.control()
    before = run(base, control)
    assert not torch.allclose(run(base, changed(control, **options)), before)
    torch.testing.assert_close(run(base, control), before, **EXACT)


def test_options_stay_with_copies_and_devices(base):
    control = changed(LEARNED.control(), prune_until=4)
    expected = run(base, control)
    torch.testing.assert_close(run(base, control.copy()), expected, **EXACT)
    torch.testing.assert_close(run(base, control.deepclone_multigpu(tiny.CPU)), expected, **EXACT)


def test_at_strength_one_the_embedding_is_the_same_either_way(base):
    control = LEARNED.control()
    torch.testing.assert_close(run(base, changed(control, 0, True), 1.0), run(base, control, 1.0), **EXACT)


@pytest.mark.parametrize(
    "control, name",
    [
        (lambda: LoadControl.execute("practice_canny.safetensors").args[0], "ControlNet"),
        (lambda: Case("LLLite", tiny.SDXL).control(), "LLLite"),
        (lambda: tiny.core_control(tiny.core_network(tiny.SD1)), "ControlNet"),
    ],
    ids=["ControlNet", "LLLite", "core"],
)
def test_another_control_is_refused_by_name(control, name):
    with pytest.raises(WrongControl, match=f"was given {name}\\."):
        changed(control())
