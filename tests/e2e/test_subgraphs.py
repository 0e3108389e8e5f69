"""What an editor and the light check learn of the graph across the borders of subgraphs."""

import json

import pytest

from ..quickstart_module import ROOT

EXAMPLE = json.loads((ROOT / "example_workflows" / "first_light.json").read_text(encoding="utf-8"))
CURVE, BARS, APPLY = "ArmatureScheduleCurve", "ArmatureBlockBars", "ArmatureApplyControl"
LOAD, SAMPLER = "ArmatureLoadControl", "KSampler"
STEPS = 7
EVERY = "const every = graph => graph.nodes.flatMap(n => n.subgraph ? [n, ...every(n.subgraph)] : [n]);"
SHOWS = f"""([type, name, part, text]) => {{ {EVERY}
    const editor = every(app.rootGraph).find(n => n.type === type).widgets.find(w => w.name === name).element;
    return editor.querySelector(part).innerText.includes(text) }}"""
BADGE = f"""([type, text]) => {{ {EVERY}
    const node = every(app.rootGraph).find(n => n.type === type);
    return node.widgets.find(w => w.name === 'armature_status').value.includes(text) }}"""
SET = f"""([type, name, value]) => {{ {EVERY}
    every(app.rootGraph).find(n => n.type === type).widgets.find(w => w.name === name).value = value }}"""
ENCLOSE = """types => {
    app.canvas.selectItems(app.graph.nodes.filter(n => n.subgraph || types.includes(n.type)));
    app.graph.convertToSubgraph(app.canvas.selectedItems) }"""
ENTER = "() => { const n = app.graph.nodes.find(n => n.subgraph); app.canvas.openSubgraph(n.subgraph, n) }"
LEAVE = "() => app.canvas.setGraph(app.rootGraph)"
CHANGED = "() => app.extensionManager.workflow.activeWorkflow.changeTracker.captureCanvasState()"
PROMOTE = """([type, name, value]) => {
    const shown = (graph, node) => {
        const input = graph.addInput(name, 'INT');
        input.connect(node.inputs.find(i => i.name === name), node) };
    const outer = app.rootGraph.nodes.find(n => n.subgraph), inner = outer.subgraph.nodes.find(n => n.subgraph);
    shown(inner.subgraph, inner.subgraph.nodes.find(n => n.type === type));
    shown(outer.subgraph, inner);
    const widget = outer.widgets.find(w => w.name === name);
    widget.value = value; widget.callback?.(value) }"""


@pytest.fixture
def graph(frontend):
    """The shipped example with a curve and bars on its control."""
    frontend.load(json.dumps(EXAMPLE))
    ids = {node["type"]: node["id"] for node in EXAMPLE["nodes"]}
    frontend.choose(ids[SAMPLER], "steps", STEPS)
    frontend.link(frontend.add(CURVE, 60, 900), 0, ids[APPLY], "schedule")
    frontend.link(frontend.add(BARS, 500, 900), 0, ids[APPLY], "weights")
    return frontend


def enclose(frontend, *kinds):
    """Puts them into a subgraph, with the subgraph that is there already."""
    frontend.page.evaluate(ENCLOSE, kinds)
    frontend.settle()


def wait_for_editors(frontend, steps):
    for shown in ([CURVE, "curve", ".armature-status", f"{steps} steps"], [BARS, "bars", "select", "(connected)"]):
        frontend.page.wait_for_function(SHOWS, arg=shown, timeout=10_000)


def test_editors_in_a_subgraph_know_the_run_and_the_control_outside(graph, shot):
    enclose(graph, CURVE, BARS)
    graph.page.evaluate(ENTER)
    wait_for_editors(graph, STEPS)
    shot("inside")
    graph.page.evaluate(LEAVE)
    enclose(graph)
    graph.page.evaluate(ENTER)
    graph.page.evaluate(ENTER)
    wait_for_editors(graph, STEPS)


def test_editors_know_a_run_in_a_subgraph_and_its_steps_that_are_set_outside(graph):
    enclose(graph, APPLY, LOAD, SAMPLER)
    graph.page.evaluate(CHANGED)
    wait_for_editors(graph, STEPS)
    enclose(graph)
    graph.page.evaluate(PROMOTE, [SAMPLER, "steps", STEPS + 4])
    graph.page.evaluate(CHANGED)
    wait_for_editors(graph, STEPS + 4)


INSIDE = {"practice_canny_xs.safetensors": [APPLY, LOAD], "practice_union.safetensors": [SAMPLER]}


@pytest.mark.parametrize("name", INSIDE)  # answers are kept until a run: each asks of a file of its own
def test_a_control_and_a_base_on_both_sides_of_a_border_are_compared(graph, name):
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(json={"mismatch": "For another base."})

    graph.page.route("**/armature/v1/inspect?*base_name=*", answer)
    enclose(graph, *INSIDE[name])
    graph.page.evaluate(SET, [LOAD, "name", name])
    graph.page.evaluate(CHANGED)
    graph.page.wait_for_function(BADGE, arg=[APPLY, "for another base model"], timeout=10_000)
    graph.page.unroute("**/armature/v1/inspect?*base_name=*")
    assert len(asked) == 1 and f"name={name}" in asked[0] and "base_folder=practice" in asked[0]
