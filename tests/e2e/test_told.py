"""What nodes show of a run: texts at their foot, pictures while they train, and what was measured."""

import pytest

from ..quickstart_module import ROOT

STEPS = 2
TITLE = 30  # pixels above a node's place
BOXES = "() => app.graph.nodes.map(({ type, pos, size }) => [type, ...pos, pos[0] + size[0], pos[1] + size[1]])"
PLACE = "type => app.graph.nodes.find(node => node.type === type).id"


def example(frontend, name, **given):
    """A shipped workflow, with these values of the nodes of a type."""
    frontend.load((ROOT / "example_workflows" / f"{name}.json").read_text(encoding="utf-8"))
    for kind, values in given.items():
        for widget, value in values.items():
            frontend.choose(frontend.page.evaluate(PLACE, kind), widget, value)


def succeeded(frontend):
    record = frontend.run()
    assert record["status"]["status_str"] == "success", record["status"]
    return record


def covered(nodes):
    """Pairs of nodes that overlap, each given as (type, left, top, right, bottom)."""
    boxes = [(kind, left, top - TITLE, right, bottom) for kind, left, top, right, bottom in nodes]
    pairs = ((a, b) for number, a in enumerate(boxes) for b in boxes[:number])
    return [(a[0], b[0]) for a, b in pairs if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]]


@pytest.mark.parametrize(
    "name, kind, rows", [("first_light", "Control", 1), ("union", "Union", 1), ("stack", "ControlStack", 3)]
)
def test_controls_in_one_node_tell_what_they_did_and_cover_no_other(frontend, shot, name, kind, rows):
    example(frontend, name, KSampler={"steps": STEPS})
    succeeded(frontend)
    told = frontend.told(f"ArmatureApply{kind}")
    assert told.count(f"{STEPS} of {STEPS} steps (1-{STEPS}), strength ") == rows
    assert frontend.page.locator(".armature-caption:visible").inner_text() == told
    shot("told")
    assert covered(frontend.page.evaluate(BOXES)) == []


def test_what_a_file_is_and_where_one_was_written_stands_on_the_node(frontend, shot):
    control = frontend.add("ArmatureLoadControl")
    inspect, save = frontend.add("ArmatureInspectControl", 80, 400), frontend.add("ArmatureSaveControl", 500, 120)
    for node in (control, inspect):
        frontend.choose(node, "name", "practice_canny_lllite.safetensors")
    frontend.choose(save, "prefix", "told/saved")
    frontend.link(control, 0, save, "control_net")
    succeeded(frontend)
    assert "LLLite" in frontend.told("ArmatureInspectControl")
    assert "told/saved_" in frontend.told("ArmatureSaveControl").replace("\\", "/")
    shot("told")


def test_training_shows_how_far_it_is_and_what_the_control_makes_of_a_hint(frontend, shot):
    example(frontend, "training", ArmatureTrainControl={"steps": 2, "picture_every": 1}, KSampler={"steps": 1})
    training = frontend.page.evaluate(PLACE, "ArmatureTrainControl")
    frontend.start()
    width, height = frontend.picture(training)
    assert width == 2 * height and frontend.told("ArmatureTrainControl").startswith("step ")
    shot("training")
    assert frontend.finished()["status"]["status_str"] == "success"
    assert frontend.told("ArmatureTrainControl").startswith("step 2 of 2, loss ")


@pytest.mark.parametrize("kind", ["BlockProbe", "Residuals"])
def test_what_was_measured_is_shown(frontend, shot, kind):
    model, photo = frontend.add("ArmatureLoadPracticeModel", 80, 160), frontend.add("ArmaturePracticePhoto", 80, 300)
    edges, control = frontend.add("ArmatureCanny", 80, 420), frontend.add("ArmatureLoadControl", 80, 700)
    prompt, latent = frontend.add("CLIPTextEncode", 400, 160), frontend.add("EmptyLatentImage", 400, 420)
    probe, shown = frontend.add(f"Armature{kind}", 800, 160), frontend.add("PreviewImage", 1200, 160)
    frontend.choose(control, "name", "practice_canny.safetensors")
    for node, values in {latent: {"width": 128, "height": 128}, probe: {"steps": STEPS}}.items():
        for widget, value in values.items():
            frontend.choose(node, widget, value)
    links = [
        *[(model, 1, prompt, "clip"), (photo, 0, edges, "image"), (model, 0, probe, "model")],
        *[(prompt, 0, probe, "positive"), (prompt, 0, probe, "negative"), (control, 0, probe, "control_net")],
        *[(edges, 0, probe, "image"), (latent, 0, probe, "latent"), (probe, 0, shown, "images")],
    ]
    for link in links:
        frontend.link(*link)
    succeeded(frontend)
    assert min(frontend.picture(shown)) > 100
    shot("measured")
