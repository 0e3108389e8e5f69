"""The editors of a schedule, of block weights and of a comparison: drawn in by mouse and keys, run, kept."""

import json

import pytest

from .stage import Stage

WIDGET = "app.graph.getNodeById(id).widgets.find(w => w.name === name)"
SAYS = f"([id, name, part]) => {WIDGET}.element.querySelector('.armature-' + part).textContent"
PIXEL = f"""([id, name, x, y]) => {{
    const canvas = {WIDGET}.element.querySelector('canvas');
    const data = canvas.getContext('2d').getImageData(x * canvas.width, y * canvas.height, 1, 1).data;
    return data[3] ? [...data] : null }}"""
CHOSEN = "text => [...document.querySelectorAll('.armature-select')].some(one => one.selectedOptions[0].text === text)"
PROMPT = "async id => (await app.graphToPrompt()).output[id].inputs"
CURVE, BARS, COMPARE = "ArmatureScheduleCurve", "ArmatureBlockBars", "ArmatureCompare"
NAMES = {CURVE: "curve", BARS: "bars", COMPARE: "view"}
STEPS = 4


class Editor:
    """One on a new node. Places are shares of its stage's width and height, from the upper left."""

    def __init__(self, frontend, kind, x, y):
        self.frontend, self.page = frontend, frontend.page
        self.node, self.name = frontend.add(kind, x, y), NAMES[kind]
        self.stage = Stage(frontend, self.node, self.name)

    @property
    def value(self):
        return self.frontend.widgets(self.node)[self.name]

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.frontend.settle()

    def says(self, part="status"):
        return self.page.evaluate(SAYS, [self.node, self.name, part])

    def pixel(self, x, y):
        """Its colour, once something is drawn there."""
        return self.frontend.until(PIXEL, [self.node, self.name, x, y])

    def click(self, name):
        self.page.get_by_role("button", name=name).or_(self.page.get_by_role("menuitem", name=name)).first.click()
        self.frontend.settle()


@pytest.fixture
def graph(frontend):
    """The practice model under a control, as a user wires it: ids by what they are."""
    ids = {
        "model": frontend.add("ArmatureLoadPracticeModel", 80, 700),
        "photo": frontend.add("ArmaturePracticePhoto", 80, 850),
        "map": frontend.add("ArmatureCanny", 400, 700),
        "control": frontend.add("ArmatureLoadControl", 700, 700),
        "prompt": frontend.add("CLIPTextEncode", 1000, 700),
        "apply": frontend.add("ArmatureApplyControl", 1300, 620),
        "latent": frontend.add("EmptyLatentImage", 1000, 950),
        "sampler": frontend.add("KSampler", 1600, 700),
        "image": frontend.add("VAEDecode", 1600, 1100),
    }
    frontend.choose(ids["control"], "name", "practice_canny.safetensors")
    for name, value in {"width": 128, "height": 128}.items():
        frontend.choose(ids["latent"], name, value)
    frontend.choose(ids["sampler"], "steps", STEPS)
    links = [
        *[("model", 1, "prompt", "clip"), ("photo", 0, "map", "image"), ("prompt", 0, "apply", "positive")],
        *[("prompt", 0, "apply", "negative"), ("control", 0, "apply", "control_net"), ("map", 0, "apply", "image")],
        *[("model", 0, "sampler", "model"), ("apply", 0, "sampler", "positive"), ("apply", 1, "sampler", "negative")],
        *[("latent", 0, "sampler", "latent_image"), ("sampler", 0, "image", "samples"), ("model", 2, "image", "vae")],
    ]
    for source, slot, target, name in links:
        frontend.link(ids[source], slot, ids[target], name)
    return ids


def drawn(workflow):
    """What a saved workflow holds of the editors, by the type of their nodes."""
    return {node["type"]: node["widgets_values"][0] for node in json.loads(workflow)["nodes"] if node["type"] in NAMES}


def told(frontend, node):
    """What a run wrote on the node."""
    return " ".join(str(value) for value in frontend.widgets(node).values())


def test_what_is_drawn_reaches_the_run_and_is_compared(frontend, graph, shot):
    curve, bars = Editor(frontend, CURVE, 80, 120), Editor(frontend, BARS, 510, 120)
    compare = Editor(frontend, COMPARE, 1020, 80)
    frontend.link(curve.node, 0, graph["apply"], "schedule")
    frontend.link(bars.node, 0, graph["apply"], "weights")
    for name, source in {"source": "photo", "map": "map", "result": "image"}.items():
        frontend.link(graph[source], 0, compare.node, name)
    curve.stage.drag((0.95, 0.12), (0.99, 0.98))
    assert curve.value["points"] == [[0, 1], [1, 0]]
    bars.stage.drag((0.12, 0.9), (0.6, 0.2))
    weights = [float(weight) for weight in bars.value["w"].split(",")]
    assert bars.value["arch"] == "skip 0..11, middle" and len(weights) == 13
    assert weights[:7] == sorted(weights[:7]) and weights[0] < 0.2 and weights[-1] == 1
    assert "view" not in frontend.page.evaluate(PROMPT, compare.node)
    record = frontend.run()
    assert record["status"]["status_str"] == "success"
    assert "4 of 4 steps (1-4), strength 1, 0.75, 0.5, 0.25" in told(frontend, graph["apply"])
    assert [one["role"] for one in record["outputs"][str(compare.node)]["armature"]] == ["source", "map", "result"]
    assert curve.says() == "Point 2: 100 % of the run, strength 0"
    compare.stage.drag((0.5, 0.5), (0.25, 0.5))
    assert 0.1 < compare.value["split"] < 0.3 and compare.says().startswith("Source to ")
    shot("run")
    result = compare.pixel(0.5, 0.4)
    compare.click("One of the two; hold to see the other")
    assert compare.pixel(0.5, 0.4) == result and compare.says() == "Result"
    frontend.page.mouse.move(*compare.stage.at((0.5, 0.4)))
    frontend.page.mouse.down()
    frontend.settle()
    assert compare.says() == "Source" and compare.pixel(0.5, 0.4) != result
    frontend.page.mouse.up()
    saved = frontend.saved()
    kept = drawn(saved)
    assert kept[COMPARE]["mode"] == "flip" and kept[CURVE] == curve.value and kept[BARS] == bars.value
    frontend.load(saved)
    assert drawn(frontend.saved()) == kept


def test_a_curve_is_edited_by_mouse_keys_text_and_presets(frontend, graph, shot):
    curve = Editor(frontend, CURVE, 80, 120)
    frontend.page.mouse.move(*curve.stage.at((0.5, 0.5)))
    assert curve.says() == "20 steps; each dot is what a step uses"  # no sampler is connected
    frontend.link(curve.node, 0, graph["apply"], "schedule")
    curve.stage.drag((0.5, 0.5), (0.5, 0.3))
    assert len(curve.value["points"]) == 3
    before = curve.value["points"][1]
    curve.press("ArrowUp", "ArrowUp", "Shift+ArrowRight")
    moved = curve.value["points"][1]
    assert moved == pytest.approx([before[0] + 0.1, before[1] + 0.02])
    curve.press("Control+z")
    assert curve.value["points"][1] == before
    curve.press("Delete")
    assert curve.value["points"] == [[0, 1], [1, 1]] and curve.says() == "4 steps; each dot is what a step uses"
    field = frontend.page.get_by_label("The curve as text")
    field.fill("0:2, 0.5:0.5")
    field.press("Enter")
    assert curve.value["points"] == [[0, 1], [0.5, 0.25]] and frontend.widgets(curve.node)["strength"] == 2
    field.fill("nonsense")
    field.press("Enter")
    assert "Write places from 0 to 1" in curve.says("banner") and len(curve.value["points"]) == 2
    curve.click("Start from a shape")
    curve.click("Soft")
    assert curve.value == {"v": 1, "points": [[0, 1], [0.4, 1], [1, 0]], "interpolation": "monotone_cubic"}
    shot("soft")
    other = frontend.add("CurveEditor", 80, 600)
    frontend.link(other, 0, curve.node, "curve")
    assert frontend.page.evaluate(PROMPT, curve.node)["curve"] == [str(other), 0]


def test_bars_follow_the_control_and_are_edited_by_wheel_keys_and_text(frontend, graph, shot):
    bars = Editor(frontend, BARS, 80, 120)
    bars.stage.drag((0.3, 0.5), (0.3, 0.5))
    column = next(i for i, weight in enumerate(bars.value["w"].split(", ")) if weight != "1")
    half = float(bars.value["w"].split(", ")[column])
    frontend.page.mouse.wheel(0, -100)
    frontend.settle()
    assert float(bars.value["w"].split(", ")[column]) == pytest.approx(half + 0.05)
    bars.press("Control+z", "Control+z")
    assert bars.value == {"v": 1, "arch": "", "w": ""}
    frontend.choose(graph["control"], "name", "practice_canny_xs.safetensors")
    frontend.link(bars.node, 0, graph["apply"], "weights")
    noticed(frontend)
    frontend.until(CHOSEN, "ControlNet-XS, SD (connected)")  # the server answers
    field = frontend.page.get_by_label("The weights as text")
    field.fill(", ".join(["0.5"] * 25))
    field.press("Enter")
    assert bars.value == {"v": 1, "arch": "input 0..11, middle, skip 11..0", "w": ", ".join(["0.5"] * 25)}
    shot("xs")
    frontend.choose(graph["control"], "name", "practice_canny_t2i_adapter.safetensors")
    noticed(frontend)
    frontend.page.get_by_text("The connected control has other blocks: input 2 5 8 11").wait_for()
    bars.click("Carry the weights over to the blocks of the connected control")
    assert bars.value == {"v": 1, "arch": "input 2 5 8 11", "w": "0.5, 0.5, 0.5, 0.5"}


def noticed(frontend):
    """What a click does after a change: the frontend takes note of the graph."""
    frontend.page.evaluate("() => app.extensionManager.workflow.activeWorkflow.changeTracker.captureCanvasState()")
