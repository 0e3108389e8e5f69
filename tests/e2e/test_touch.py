"""Fingers in an editor: one draws, two move and zoom the picture, and the graph stays where it is."""

import pytest

from .stage import Stage

STAGE = """id => {
    const box = app.graph.getNodeById(id).widgets.find(w => w.name === 'sketch').element
        .querySelector('.armature-stage').getBoundingClientRect();
    return [box.x, box.y, box.width, box.height] }"""
PIXEL = """([id, x, y]) => {
    const canvas = app.graph.getNodeById(id).widgets.find(w => w.name === 'sketch').element.querySelector('canvas');
    return [...canvas.getContext('2d').getImageData(x * canvas.width, y * canvas.height, 1, 1).data].slice(0, 3) }"""
POLYGON = """id => app.graph.getNodeById(id).widgets.find(w => w.name === 'sketch').element
    .querySelector('[title^=Polygon]').click()"""
GRAPH = "() => [app.canvas.ds.scale, ...app.canvas.ds.offset, window.scrollX, window.scrollY]"
WHITE = [255, 255, 255]
FRAMES = 6


class Fingers:
    """On a sketch editor. Places are shares of its stage's width and height, from the upper left."""

    def __init__(self, frontend):
        self.frontend, self.page = frontend, frontend.page
        self.touch = self.page.context.new_cdp_session(self.page)
        self.node = frontend.add("ArmatureSketchEditor", 80, 120)
        Stage(frontend, self.node, "sketch").at((0.5, 0.5))

    def drag(self, *ways):
        """Moves a finger along each way, all at once; they come down one after the other."""
        for count in range(1, len(ways) + 1):
            self._send("touchStart", [start for start, _ in ways[:count]])
        for frame in range(1, FRAMES + 1):
            share = frame / FRAMES
            places = [(x + (a - x) * share, y + (b - y) * share) for (x, y), (a, b) in ways]
            self._send("touchMove", places)
        self._send("touchEnd", [])
        self.frontend.settle()

    def _send(self, kind, places):
        left, top, width, height = self.page.evaluate(STAGE, self.node)
        points = [{"id": id, "x": left + x * width, "y": top + y * height} for id, (x, y) in enumerate(places)]
        self.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        self.frontend.settle()

    @property
    def strokes(self):
        return self.frontend.widgets(self.node)["sketch"]["s"]

    def pixel(self, x, y):
        return self.page.evaluate(PIXEL, [self.node, x, y])


@pytest.fixture
def fingers(frontend):
    return Fingers(frontend)


def test_one_finger_draws_and_two_zoom_what_is_drawn(fingers, shot):
    before = fingers.page.evaluate(GRAPH)
    fingers.drag(((0.45, 0.45), (0.55, 0.45)))
    (stroke,) = fingers.strokes
    assert fingers.pixel(0.5, 0.45) == WHITE and fingers.pixel(0.3, 0.35) != WHITE
    fingers.drag(((0.45, 0.5), (0.25, 0.5)), ((0.55, 0.5), (0.75, 0.5)))
    assert fingers.strokes == [stroke]
    shot("zoomed")
    zoomed = 0.5 + (0.45 - 0.5) * 5  # five times, with the middle held
    assert fingers.pixel(0.5, zoomed) == WHITE and fingers.pixel(0.3, zoomed) == WHITE
    fingers.drag(((0.4, 0.4), (0.4, 0.6)), ((0.6, 0.4), (0.6, 0.6)))
    assert fingers.pixel(0.5, zoomed + 0.2) == WHITE and fingers.pixel(0.5, zoomed) != WHITE
    assert fingers.strokes == [stroke] and fingers.page.evaluate(GRAPH) == before


def test_two_fingers_set_no_corner(fingers):
    fingers.page.evaluate(POLYGON, fingers.node)
    fingers.drag(((0.45, 0.5), (0.25, 0.5)), ((0.55, 0.5), (0.75, 0.5)))
    corners = [(0.3, 0.4), (0.7, 0.4), (0.7, 0.6)]
    for place in (*corners, corners[0]):
        fingers.drag((place, place))
    (outline,) = fingers.strokes
    assert outline.startswith("f|") and len(outline.split()) == 1 + len(corners)


def test_a_finger_on_the_editors_bars_leaves_the_graph_alone(fingers):
    before = fingers.page.evaluate(GRAPH)
    fingers.drag(((0.5, -0.05), (0.7, -0.2)))
    fingers.drag(((0.5, 1.03), (0.7, 1.2)))
    assert fingers.page.evaluate(GRAPH) == before and fingers.strokes == []
