"""What nodes tell in a browser: what is wrong before a run, what a control did in it, and a converted workflow."""

import json

import pytest

from armature.compatibility.convert import converted

from ..compatibility.workflows import WORKFLOWS
from ..host.checking import files
from ..quickstart_module import ROOT
from .frontend import VALUE

EXAMPLE = json.loads((ROOT / "example_workflows" / "first_light.json").read_text(encoding="utf-8"))
APPLY, LOAD, PHOTO = "ArmatureApplyControl", "ArmatureLoadControl", "ArmaturePracticePhoto"
PLACE = "type => app.graph.nodes.find(n => n.type === type).id"
ENCLOSE = """types => {
    app.canvas.selectItems(app.graph.nodes.filter(n => types.includes(n.type)));
    app.graph.convertToSubgraph(app.canvas.selectedItems) }"""
ENTER = "() => { const n = app.graph.nodes.find(n => n.subgraph); app.canvas.openSubgraph(n.subgraph, n) }"
CHANGED = "() => app.extensionManager.workflow.activeWorkflow.changeTracker.captureCanvasState()"
SET = "value => app.extensionManager.setting.set('Armature.Warnings', value)"
STEPS = 4


@pytest.fixture
def graph(frontend):
    """The shipped example, shorter."""
    frontend.load(json.dumps(EXAMPLE))
    frontend.choose(place(frontend, "KSampler"), "steps", STEPS)
    return frontend


def place(frontend, kind):
    return frontend.page.evaluate(PLACE, kind)


def photo_for_map(frontend):
    frontend.link(place(frontend, PHOTO), 0, place(frontend, APPLY), "image")


def wait_for_badge(frontend, text, kind=APPLY):
    look = f"([type, name, text]) => ({VALUE})([type, name]).includes(text)"
    frontend.until(look, [kind, "armature_status", text])


def wait_for_no_badge(frontend, kind=APPLY):
    look = f"([type, name]) => ({VALUE})([type, name]) === ''"
    frontend.until(look, [kind, "armature_status"])


def test_a_photograph_for_a_map_has_a_badge_and_a_message_and_the_run_is_told(graph, shot):
    photo_for_map(graph)
    graph.run()
    wait_for_badge(graph, "a photo, not a map?")
    assert graph.told(APPLY).startswith(f"{STEPS} of {STEPS} steps (1-{STEPS}), strength 1\n13 blocks, hint 256 x 256")
    graph.page.get_by_text("The image looks like a photograph").first.wait_for()
    shot("photograph")
    workflow = graph.saved()
    graph.load(workflow)
    assert graph.told(APPLY).startswith(f"{STEPS} of {STEPS} steps")
    graph.link(place(graph, "ArmatureCanny"), 0, place(graph, APPLY), "image")
    wait_for_no_badge(graph)
    graph.load(graph.saved())
    assert graph.told(APPLY) == ""
    graph.run()
    shown = graph.page.locator(".armature-caption:visible")
    shown.wait_for()  # and there is one
    assert "steps" in shown.inner_text() and "photograph" not in shown.inner_text()


def test_badges_and_what_a_run_tells_reach_nodes_inside_a_subgraph(graph, shot):
    photo_for_map(graph)
    graph.page.evaluate(ENCLOSE, [APPLY, LOAD])
    graph.settle()
    graph.run()
    wait_for_badge(graph, "a photo, not a map?")
    assert graph.told(APPLY).startswith(f"{STEPS} of {STEPS} steps")
    graph.page.evaluate(ENTER)
    graph.page.get_by_text(f"{STEPS} of {STEPS} steps").wait_for()
    shot("subgraph")


def test_a_control_for_another_base_has_a_badge_while_the_graph_is_edited(graph, models, shot):
    (models / "controlnet").mkdir(parents=True, exist_ok=True)
    files.published(models / "controlnet" / "sdxl_canny.safetensors", "t2i_sdxl_diffusers")
    graph.page.evaluate("() => app.refreshComboInNodes()")  # the key R: widgets offer what is there now
    graph.choose(place(graph, LOAD), "name", "sdxl_canny.safetensors")
    graph.page.evaluate(CHANGED)
    wait_for_badge(graph, "for another base model")
    shot("base")
    graph.choose(place(graph, LOAD), "name", "practice_canny.safetensors")
    graph.page.evaluate(CHANGED)
    wait_for_no_badge(graph)


def test_who_wants_no_warnings_has_none(graph):
    graph.page.evaluate(SET, False)
    photo_for_map(graph)
    graph.run()
    assert graph.page.evaluate(VALUE, [APPLY, "armature_status"]) == ""
    graph.page.evaluate(SET, True)
    wait_for_badge(graph, "a photo, not a map?")


def test_a_workflow_is_converted_into_a_tab_of_its_own(frontend, shot):
    given = WORKFLOWS["apply"]
    expected, report = converted(given)
    frontend.load(json.dumps(given))
    tabs = "() => app.extensionManager.workflow.openWorkflows.length"
    before = frontend.page.evaluate(tabs)
    frontend.page.evaluate("() => app.extensionManager.command.execute('Armature.Convert')")
    dialog = frontend.page.locator("dialog.armature-report")
    dialog.wait_for()
    assert sorted(dialog.locator("li").all_inner_texts()) == sorted(report)
    shot("converted")
    dialog.get_by_role("button").click()
    assert frontend.page.evaluate(tabs) == before + 1
    types = json.loads(frontend.saved())["nodes"]
    assert sorted(node["type"] for node in types) == sorted(node["type"] for node in expected["nodes"])
