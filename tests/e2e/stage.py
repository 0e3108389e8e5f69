"""The part of an editor that a hand draws on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .frontend import Frontend

Place = tuple[float, float]

BORDER = 8  # pixels that an editor leaves around its picture
BOX = """async ([node, name, [right, down]]) => {
    const widget = app.graph.getNodeById(node)?.widgets.find(widget => widget.name === name);
    const element = widget?.element?.querySelector('.armature-stage');
    if (!element?.isConnected) return 'is not in the page';
    const frame = () => new Promise(requestAnimationFrame);
    app.canvas.setDirty(true, true);  // the classic renderer places a new widget the next time it draws
    const before = element.getBoundingClientRect();
    for (let frames = 3; frames--;) await frame();
    const box = element.getBoundingClientRect(), { x, y, width, height } = box;
    if (JSON.stringify(before) !== JSON.stringify(box)) return 'moves';
    if (!width || !height) return 'has no size';
    const above = document.elementFromPoint(x + right * width, y + down * height);
    if (!element.contains(above)) return `lies under ${above?.outerHTML.slice(0, 200)}`;
    return [x, y, width, height, width / element.clientWidth] }"""
MIDDLE = (0.5, 0.5)
SECONDS = 15  # longer than a message lies over the graph


@dataclass(frozen=True)
class Stage:
    """Of the editor of a node's input. Places are shares of its width and height, from the upper left."""

    frontend: "Frontend"
    node: int
    name: str

    def at(self, place: Place) -> Place:
        """Where it is on the screen, once the mouse can press it there."""
        left, top, width, height, _ = self._box(place)
        return left + place[0] * width, top + place[1] * height

    def drag(self, *places: Place, steps: int = 8) -> None:
        """Presses the first and moves over the others."""
        left, top, width, height, _ = self._box(places[0])
        (x, y), *others = [(left + right * width, top + down * height) for right, down in places]
        mouse = self.frontend.page.mouse
        mouse.move(x, y)
        mouse.down()
        for x, y in others:
            mouse.move(x, y, steps=steps)
        mouse.up()
        self.frontend.settle()

    def places(self, pixels: Sequence[Place], size: Sequence[int]) -> list[Place]:
        """Of pixels of a picture, (width, height), that the stage shows whole."""
        *_, width, height, zoom = self._box(MIDDLE)
        border = BORDER * zoom
        scale = min((width - 2 * border) / size[0], (height - 2 * border) / size[1])
        return [(0.5 + (x - size[0] / 2) * scale / width, 0.5 + (y - size[1] / 2) * scale / height) for x, y in pixels]

    def _box(self, place: Place) -> tuple[float, float, float, float, float]:
        """Left, top, width, height and zoom on the screen, once it lies still and nothing covers it at a place."""
        for _ in range(SECONDS * 10):
            found = self.frontend.page.evaluate(BOX, [self.node, self.name, place])
            if not isinstance(found, str):
                return tuple(found)
            self.frontend.page.wait_for_timeout(100)
        raise TimeoutError(f"The editor {self.name} of node {self.node} cannot be pressed: it {found}.")
