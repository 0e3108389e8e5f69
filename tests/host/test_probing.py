"""What the probe says of a block, against what is sampled by hand; what the tap sees, and that it changes nothing."""

from dataclasses import replace

import pytest
import torch

from armature.control.probe import as_values, distance
from armature.control.schedule import Keyframe, Keyframes, Schedule
from armature.control.unit import Manner
from armature.control.weights import LayerWeights
from armature.errors import InvalidValue, WrongControl
from armature.host.applying import Application
from armature.host.probing import Sampling, bars, probed
from armature.host.tapping import sheet, table, tapped

from . import tiny
from .test_families import adapter, our_adapter
from .test_interleaved import CASES
from .test_sampling import EXACT, conditionings, ours

STEPS = 2
LATENT = {"samples": torch.zeros(1, 4, 8, 8)}
EVERY = [None, "adapter", *CASES[2:]]


def sampling(family, **more):
    return Sampling(tiny.base_model(family), *conditionings(family), LATENT | more, 7, STEPS, 3.0, "euler", "normal")


def application(control, **manner):
    return Application(control, tiny.hint(), manner=Manner(**manner))


@pytest.fixture(scope="module", params=EVERY, ids=lambda one: getattr(one, "name", one or "ControlNet"))
def both(request):
    if request.param is None:
        return sampling(tiny.SD1), application(ours(tiny.SD1, tiny.core_network(tiny.SD1)))
    if request.param == "adapter":
        return sampling(tiny.SD1), application(our_adapter(adapter(xl=False)))
    return sampling(request.param.base), application(request.param.control())


def by_hand(run, applied, values):
    weights = LayerWeights(values=tuple(values))
    return run.run(replace(applied, manner=replace(applied.manner, weights=weights)))


def test_a_blocks_effect_is_what_sampling_without_it_or_with_it_alone_gives(both):
    run, applied = both
    blocks = applied.control.model.places.blocks
    question = "without it" if applied.control.model.places.sparse else "with it alone"
    whole, none = run.run(applied), run.run()
    found = probed(run, applied, question)
    assert list(found) == list(blocks) and max(found.values()) > 0
    for chosen in {0, len(blocks) // 2, len(blocks) - 1}:
        alone = question == "with it alone"
        result = by_hand(run, applied, [float((index == chosen) is alone) for index in range(len(blocks))])
        expected = distance(result, none if alone else whole) / distance(whole, none)
        assert found[blocks[chosen]] == pytest.approx(expected, abs=1e-6)


def test_a_block_of_weight_0_has_effect_0_and_no_run(monkeypatch):
    control = ours(tiny.SD1, tiny.core_network(tiny.SD1))
    values = [1.0, 0.0] * 6 + [1.0]
    runs, run = [], Sampling.run
    monkeypatch.setattr(Sampling, "run", lambda self, *given: (runs.append(given), run(self, *given))[1])
    found = probed(sampling(tiny.SD1), application(control, weights=LayerWeights(values=tuple(values))), "without it")
    assert [effect == 0.0 for effect in found.values()] == [value == 0.0 for value in values]
    assert len(runs) == 2 + 7


def test_the_probes_weights_are_for_the_control_that_was_probed():
    control = ours(tiny.SDXL, tiny.core_network(tiny.SDXL))
    found = probed(sampling(tiny.SDXL), application(control), "without it")
    weights = LayerWeights(values=as_values(found))
    assert max(weights.of(control.model.places).values()) == 1.0
    picture = bars(found, "without it")
    assert picture.shape[0] == 1 and picture.shape[-1] == 3 and picture.min() < 1 == picture.max()


def test_what_hides_the_answer_is_refused():
    control = ours(tiny.SD1, tiny.core_network(tiny.SD1))
    run = sampling(tiny.SD1)
    keyframes = Keyframes((Keyframe(0.0, weights=LayerWeights("soft")),))
    with pytest.raises(InvalidValue, match="block weights of its own"):
        probed(run, application(control, schedule=Schedule(course=keyframes)), "without it")
    with pytest.raises(InvalidValue, match="changes nothing"):
        probed(run, replace(application(control), percents=(1.0, 1.0)), "without it")
    theirs = tiny.core_control(tiny.core_network(tiny.SD1))
    for ask in (lambda: probed(run, application(theirs), "without it"), lambda: tapped(run, application(theirs))):
        with pytest.raises(WrongControl, match="Load Control"):
            ask()


def test_looking_changes_nothing(both):
    run, applied = both
    latents, tap = tapped(run, applied)
    torch.testing.assert_close(latents, run.run(applied), **EXACT)
    found = tap.magnitudes
    every = {(step, block) for step in range(STEPS) for block in applied.control.model.places.blocks}
    assert every - set(found) <= {(step, ("skip", 0)) for step in range(STEPS)}  # XS of type C has nothing there
    assert set(found) <= every
    assert all((one > 0).any() and one.isfinite().all() for one in found.values())


def test_the_tap_sees_what_is_added_at_its_strength():
    control, run = ours(tiny.SD1, tiny.core_network(tiny.SD1)), sampling(tiny.SD1)
    blocks = control.model.places.blocks
    whole, half = (
        tapped(run, application(control, weights=LayerWeights(values=(weight,) * 13)))[1].magnitudes
        for weight in (1.0, 0.5)
    )
    for block in blocks:  # of the first step: later ones see another latent
        torch.testing.assert_close(half[0, block], whole[0, block] / 2)


def test_blocks_and_steps_in_which_nothing_is_added_are_not_shown():
    control, run = ours(tiny.SD1, tiny.core_network(tiny.SD1)), sampling(tiny.SD1)
    _, tap = tapped(run, replace(application(control, weights=LayerWeights("only middle")), percents=(0.0, 0.4)))
    found = tap.magnitudes
    assert {block for _, block in found} == {("middle", 0)} and {step for step, _ in found} < set(range(STEPS))
    assert table(found).startswith("middle: ") and len(table(found).splitlines()) == 1
    assert sheet(found, control.model.places.blocks, by_block=False).shape[-1] == 3
    with pytest.raises(InvalidValue, match="acted in no step"):
        sheet({}, control.model.places.blocks, by_block=True)
