"""The sketch editor in a browser: what a hand draws is what Python gets, and nothing loses it."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from armature.preprocessors.drawing.rendering import rendered
from armature.preprocessors.drawing.value import read

from ..conftest import ROOT
from .stage import Stage

VALUES = json.loads((ROOT / "tests" / "data" / "web" / "sketch" / "values.json").read_text())
SIZE = [256, 192]
EMPTY = {"v": 1, "size": SIZE, "mode": "scribble", "bg": "#000000", "s": []}
SET = """([id, value]) => {
    const widget = app.graph.getNodeById(id).widgets.find(w => w.name === 'sketch');
    widget.value = value; widget.callback?.(value) }"""
GET = "id => app.graph.getNodeById(id).widgets.find(w => w.name === 'sketch').value"
COPY = """id => {
    const twin = app.graph.getNodeById(id).clone();
    twin.pos = [1000, 120];
    app.graph.add(twin);
    return twin.id }"""
CONVERT = "id => { app.graph.convertToSubgraph(new Set([app.graph.getNodeById(id)])) }"
DRAW = """async value => {
    const style = document.querySelector('link[href$="armature.css"]');
    const load = name => import(new URL(`js/sketch/${name}.js`, style.href).href);
    const [{ Layer }, { show }] = [await load('layer'), await load('scene')];
    const [width, height] = value.size;
    const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
    show(context, { value, layer: new Layer() });
    return [...context.getImageData(0, 0, width, height).data] }"""
SEARCH = "Search a class, by name or number"


@pytest.fixture
def node(frontend):
    """The id of a new editor, with an empty drawing and a brush."""
    made = frontend.add("ArmatureSketchEditor", 420, 120)
    frontend.page.evaluate(SET, [made, EMPTY])
    hand = Hand(frontend, made)
    hand.stage.at((0.5, 0.5))
    hand.take("Brush (B)")
    return made


class Hand:
    """A mouse, or a pen, in pixels of the drawing."""

    def __init__(self, frontend, node):
        self.page, self.stage = frontend.page, Stage(frontend, node, "sketch")

    def take(self, tool):
        self.page.get_by_label(tool, exact=True).click()

    def drag(self, *points):
        self.stage.drag(*self.stage.places(points, SIZE))

    def click(self, *points):
        for place in self.stage.places(points, SIZE):
            self.page.mouse.click(*self.stage.at(place))

    def press(self, *points):
        """Draws with a pen; points are (x, y, pressure)."""
        session = self.page.context.new_cdp_session(self.page)
        events = ["mousePressed", *["mouseMoved"] * (len(points) - 1), "mouseReleased"]
        places = self.stage.places([point[:2] for point in points], SIZE)
        for event, place, (*_, force) in zip(events, [*places, places[-1]], [*points, points[-1]]):
            left, top = self.stage.at(place)
            pen = {"pointerType": "pen", "force": force, "button": "left", "clickCount": 1}
            buttons = 0 if event == "mouseReleased" else 1
            session.send("Input.dispatchMouseEvent", {"type": event, "x": left, "y": top, "buttons": buttons, **pen})


def value(frontend, node):
    return frontend.page.evaluate(GET, node)


def pixels(image):
    """(H, W, 3) uint8 of (1, 3, H, W)."""
    return (image[0].movedim(0, -1).numpy() * 255).round().astype(np.uint8)


def run(frontend, node):
    """What Python made of the drawing, (H, W, 3) uint8."""
    shown = frontend.add("PreviewImage", 1000, 120)
    frontend.link(node, 0, shown, "images")
    return preview(frontend, shown)


def preview(frontend, shown):
    record = frontend.run()
    assert record["status"]["status_str"] == "success"
    (file,) = record["outputs"][str(shown)]["images"]
    answer = frontend.page.request.get(f"{frontend.url}/view", params=file)
    return np.asarray(Image.open(BytesIO(answer.body())).convert("RGB"))


def overlap(one, other):
    return np.minimum(one, other).sum() / np.maximum(one, other).sum()


def test_what_mouse_pen_and_polygon_draw_reaches_python(frontend, node, shot):
    hand = Hand(frontend, node)
    hand.drag((30, 40), (120, 40), (120, 100))
    hand.press((30, 150, 0.1), (80, 150, 0.5), (130, 150, 1.0))
    hand.take("Polygon (P)")
    hand.click((160, 30), (230, 30), (230, 100), (160, 100), (160, 30))
    hand.take("Eraser (E)")
    hand.drag((150, 65), (240, 65))
    drawing = value(frontend, node)
    assert [text[0] for text in drawing["s"]] == ["b", "b", "f", "e"]
    _, pen, corners, _ = read(drawing).strokes
    assert pen.radii[0] < pen.radii[-1] / 3 and corners.points.shape == (4, 2)
    seen = run(frontend, node)
    assert np.array_equal(seen, pixels(rendered(read(drawing))[0]))
    expected = np.zeros((192, 256), bool)
    expected[37:43, 28:123] = expected[38:103, 117:123] = expected[30:100, 160:230] = True
    expected[62:68, 160:230] = False
    above = slice(0, 135)  # below is the pen's line, whose shape is another test's
    assert overlap(seen[above, :, 0] > 127, expected[above]) > 0.95
    shot("drawn")


def test_nothing_loses_a_drawing(frontend, node):
    hand = Hand(frontend, node)
    hand.drag((30, 40), (120, 40))
    one = value(frontend, node)
    hand.drag((30, 80), (120, 80))
    two = value(frontend, node)
    assert [len(one["s"]), len(two["s"])] == [1, 2]
    frontend.page.keyboard.press("Control+z")
    assert value(frontend, node) == one
    frontend.page.keyboard.press("Control+y")
    frontend.page.keyboard.press("Delete")  # is not the node's
    assert value(frontend, node) == two
    frontend.load(frontend.saved())
    assert value(frontend, node) == two
    Hand(frontend, node).drag((30, 120), (120, 120))
    assert len(value(frontend, node)["s"]) == 3  # the editor on screen is the loaded node's
    twin = frontend.page.evaluate(COPY, node)
    assert len(value(frontend, twin)["s"]) == 3
    frontend.page.evaluate(SET, [twin, EMPTY])
    assert len(value(frontend, node)["s"]) == 3


def test_undo_of_the_graph_shows_the_drawing_that_it_has(frontend, node):
    hand = Hand(frontend, node)
    for y in (40, 80):
        hand.drag((30, y), (120, y))
        frontend.noted()
    frontend.page.keyboard.press("Escape")  # leaves the editor
    frontend.page.keyboard.press("Control+z")
    frontend.until(f"() => ({GET})({node}).s.length === 1")
    Hand(frontend, node).drag((30, 120), (120, 120))
    assert len(value(frontend, node)["s"]) == 2


def test_a_background_gives_its_size_and_can_be_drawn_on(frontend, node):
    scene = frontend.add("ArmaturePracticeScene", 60, 120)
    frontend.choose(scene, "side", 200)
    frontend.link(scene, 0, node, "background")
    frontend.choose(node, "draw_on_background", True)
    before = run(frontend, node)
    frontend.until(f"() => ({GET})({node}).size.join() === '200,200'")  # known after the run alone
    frontend.page.evaluate(SET, [node, EMPTY | {"size": [200, 200], "s": ["b||10| 20,100 160,0"]}])
    shown = frontend.add("PreviewImage", 1000, 500)
    frontend.link(node, 0, shown, "images")
    after = preview(frontend, shown)
    assert before.std() > 10 and after[100, 30:170].min() == 255
    assert np.array_equal(after[:90], before[:90]) and np.array_equal(after[110:], before[110:])


def test_a_drawing_in_a_subgraph_runs(frontend, node):
    Hand(frontend, node).drag((30, 40), (120, 40))
    shown = frontend.add("PreviewImage", 1000, 120)
    frontend.link(node, 0, shown, "images")
    frontend.page.evaluate(CONVERT, node)
    frontend.settle()
    assert preview(frontend, shown)[40, 75].tolist() == [255, 255, 255]


def test_classes_are_found_and_painted_in_their_colours(frontend, node, shot):
    page = frontend.page
    page.get_by_label("What is drawn").select_option("segments")
    page.get_by_label(SEARCH).fill("grass")
    page.keyboard.press("Enter")
    page.get_by_label("Fill the ground (G)").click()
    page.get_by_label(SEARCH).fill("12")
    page.keyboard.press("Enter")
    page.get_by_label(SEARCH).fill("")
    hand = Hand(frontend, node)
    hand.take("Filled outline (F)")
    hand.drag((60, 60), (140, 60), (140, 140), (60, 140))
    seen = run(frontend, node)
    assert seen[100, 100].tolist() == [150, 5, 61] and seen[10, 10].tolist() == [4, 250, 7]
    shot("segments")
    page.get_by_label("Full screen").click()
    page.locator(".armature-dialog .armature-canvas").wait_for()
    frontend.settle()
    shot("full_screen")
    page.keyboard.press("Escape")
    page.wait_for_selector(".armature-dialog", state="detached")
    Hand(frontend, node).drag((160, 60), (240, 60), (200, 140))
    assert len(value(frontend, node)["s"]) == 2


def test_the_keyboard_draws_a_triangle(frontend, node):
    page = frontend.page
    page.mouse.move(10, 900)
    page.evaluate("() => document.querySelector('.armature-keys').focus()")
    page.keyboard.press("p")
    for arrow in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        for _ in range(3):
            page.keyboard.press(f"Shift+{arrow}")
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # a second time at the same place closes it
    (triangle,) = read(value(frontend, node)).strokes
    assert triangle.tool == "fill" and np.ptp(triangle.points, 0).tolist() == [30, 30]


@pytest.mark.parametrize("case", VALUES[:-1], ids=lambda case: case["name"])
def test_the_canvas_draws_as_python_does(frontend, node, case):
    """With soft edges both, as a canvas has no others."""
    width, height = case["value"]["size"]
    sketch = read(case["value"] | {"mode": "colour"})
    canvas = np.array(frontend.page.evaluate(DRAW, case["value"])).reshape(height, width, 4)[..., :3]
    seen, expected = (np.abs(image - sketch.ground).max(-1) for image in (canvas, pixels(rendered(sketch)[0])))
    assert overlap(seen, expected) > 0.97
