"""What the node tells after a run, in words that are right."""

from contextlib import nullcontext

import pytest
import torch
from server import PromptServer

from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.schedule import Keyframes, Schedule, parse_keyframes
from armature.control.unit import Manner
from armature.control.weights import LayerWeights
from armature.host.applying import Application, apply
from armature.host.readout import Panel, Readout
from armature.host.stopwatch import Stopwatch

from . import tiny
from .test_families import adapter, our_adapter
from .test_interleaved import CASES
from .test_sampling import conditionings, ours, sample


class Server:
    def __init__(self):
        self.sent = []

    def send_sync(self, event, data):
        assert event == "armature.readout" and data["v"] == 1
        self.sent.append((data["node"], data["text"]))


@pytest.fixture
def server(monkeypatch):
    found = Server()
    monkeypatch.setattr(PromptServer, "instance", found, raising=False)
    return found


@pytest.fixture(scope="module")
def base():
    return tiny.base_model(tiny.SD1)


@pytest.fixture(scope="module")
def control():
    return ours(tiny.SD1, tiny.core_network(tiny.SD1))


PLAIN = Manner()


def run(base, control, manner=PLAIN, strength=1.0, percents=(0.0, 1.0), family=tiny.SD1, **options):
    application = Application(control, tiny.hint(), strength, percents, manner, readout=Readout(Panel("7")))
    return sample(base, *apply(*conditionings(family), application), **{"steps": 4} | options)


def test_all_steps_at_one_strength(server, base, control):
    run(base, control, strength=0.7)
    ((node, text),) = server.sent
    assert node == "7"
    assert text.startswith("4 of 4 steps (1-4), strength 0.7\n13 blocks, hint 64 x 64, 4 network runs, ")
    assert text.endswith(" ms") and int(text.split()[-2]) >= 0


def test_the_hint_is_told_as_width_and_height(server, base, control):
    run(base, control, size=(8, 16))
    assert "hint 128 x 64" in server.sent[0][1]


def test_steps_strengths_and_blocks_are_those_that_acted(server, base, control):
    course = Keyframes(parse_keyframes("0:1, 1:0"))
    manner = Manner(Schedule(course=course, basis="steps"), LayerWeights("early"))
    run(base, control, manner, percents=(0.25, 0.75))
    assert server.sent[0][1].startswith("3 of 4 steps (2-4), strength 0.75, 0.5, 0.25\n6 blocks")


def test_second_order_steps_count_once_and_network_runs_all(server, base, control):
    run(base, control, sampler="heun")
    assert "4 of 4 steps (1-4)" in server.sent[0][1] and "7 network runs" in server.sent[0][1]


def test_reused_residuals_are_no_runs(server, base, control):
    run(base, control, Manner(options=Options(reuse=2)))
    assert "4 of 4 steps" in server.sent[0][1] and "2 network runs" in server.sent[0][1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_patches_are_computed_inside_the_unet(server, case):
    run(tiny.base_model(case.base), case.control(), family=case.base, steps=2)
    assert server.sent[0][1].startswith("2 of 2 steps (1-2)") and server.sent[0][1].endswith("computed inside the UNet")


def test_comfyuis_own_controls_are_told_too(server, base):
    run(base, tiny.core_control(tiny.core_network(tiny.SD1)))
    assert server.sent[0][1].startswith("4 of 4 steps (1-4), strength 1\n13 blocks, hint 64 x 64, 4 network runs, ")


@pytest.mark.parametrize(
    "manner, options, reason",
    [
        (Manner(), {"denoise": 0.5, "percents": (0.0, 0.3)}, "With denoise below 1, a schedule by steps"),
        (Manner(options=Options(sizes=(64, 128))), {}, "the longer side of the latent is 8"),
        (Manner(mask=effect_mask(torch.zeros(1, 4, 4))), {}, "its mask is empty"),
    ],
)
@pytest.mark.parametrize("core", [False, True], ids=["ours", "ComfyUI's"])
def test_a_control_that_did_nothing_says_why(server, base, control, core, manner, options, reason):
    run(base, tiny.core_control(tiny.core_network(tiny.SD1)) if core else control, manner, **options)
    ((_, text),) = server.sent
    assert text.startswith("no control: it acted in none of 4 steps, because ") and reason in text


def test_strength_zero_is_told_at_once(server, control):
    apply([], [], Application(control, tiny.hint(), 0.0, readout=Readout(Panel("7"))))
    assert server.sent == [("7", "no control: its strength is 0")]


def test_an_interrupted_run_leaves_nothing(server, base, control):
    both = apply(*conditionings(tiny.SD1), Application(control, tiny.hint(), readout=Readout(Panel("7"))))

    def stop(module, given):
        raise KeyboardInterrupt

    handle = base.model.diffusion_model.middle_block[0].register_forward_pre_hook(stop)
    with pytest.raises(KeyboardInterrupt):
        sample(base, *both, steps=4)
    handle.remove()
    assert not server.sent
    sample(base, *both, steps=2)
    assert len(server.sent) == 1 and server.sent[0][1].startswith("2 of 2 steps (1-2), strength 1\n13 blocks")
    assert "2 network runs" in server.sent[0][1]


def test_without_a_server_or_a_node_nothing_is_sent(server, base, control, monkeypatch):
    Panel(None).show("", "text")
    assert not server.sent
    monkeypatch.delattr(PromptServer, "instance")
    run(base, control, steps=1)


def test_a_run_goes_on_when_another_of_the_same_control_ends(server, base, control):
    both = apply(*conditionings(tiny.SD1), Application(control, tiny.hint(), readout=Readout(Panel("7"))))
    readout = both[0][0][1]["control"].readout
    handle = base.model.diffusion_model.middle_block[0].register_forward_pre_hook(lambda module, given: readout.end())
    sample(base, *both, steps=2)
    handle.remove()
    assert [text.partition(",")[0] for _, text in server.sent] == ["1 of 2 steps (1)", "1 of 2 steps (2)"]


def test_rows_of_a_stack_are_told_together(server):
    panel = Panel("7")
    for name in ("Row 2", "Row 1", "Row 2"):
        panel.show(name, "text")
    assert server.sent[-1] == ("7", "Row 2: text\nRow 1: text")


def test_an_adapter_runs_at_every_step_of_its_features_only_once(server):
    family = tiny.SDXL
    run(tiny.base_model(family), our_adapter(adapter(True)), family=family)
    assert "4 blocks, hint 64 x 64, 4 network runs" in server.sent[0][1]


def test_cuda_is_timed_by_events_and_waited_for_once(monkeypatch):
    """Four events stand at 0, 3, 10 and 14 milliseconds."""
    waited = []

    class Event:
        times = iter((0.0, 3.0, 10.0, 14.0))

        def __init__(self, enable_timing):
            assert enable_timing

        def record(self):
            self.time = next(Event.times)

        def elapsed_time(self, end):
            return end.time - self.time

        def synchronize(self):
            waited.append(self.time)

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    watch = Stopwatch()
    for _ in range(2):
        with watch.run(torch.device("cuda")):
            assert not waited
    assert (watch.runs, watch.milliseconds(), waited) == (2, 7.0, [14.0])


def test_where_a_device_cannot_tell_its_time_none_is_told():
    watch = Stopwatch()
    with watch.run(torch.device("meta")):
        pass
    assert watch.runs == 1 and watch.milliseconds() is None
