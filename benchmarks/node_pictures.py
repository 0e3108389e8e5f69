"""Pictures of nodes in small graphs, taken from ComfyUI's frontend in a browser after a run."""

from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from ..tests.e2e.frontend import BROWSERS, Frontend, browser_path, launched
from ..tests.live.conftest import serving
from .help_tiles import Picture
from .node_graphs import GRAPHS
from .small_graphs import Graph, Node

VIEW = {"width": 1100, "height": 1000}
PAUSE = 1500  # milliseconds in which what a run shows on its nodes arrives
MARGIN, LABEL, WIDTH = 12, 14, 265  # pixels around nodes, of the pack's name above them, of a node
WIDEN = "([id, width]) => { const node = app.graph.getNodeById(id); node.setSize([width, node.size[1]]) }"
BOUNDS = """ids => ids.map(id => app.graph.getNodeById(id).getBounding()).map(([x, y, w, h]) => [x, y, x + w, y + h])"""


def from_browser() -> dict[str, Picture]:
    """By the ends of the nodes' ids.

    Raises:
        FileNotFoundError: there is no browser.
    """
    path = browser_path()
    if path is None:
        raise FileNotFoundError(f"The pictures of nodes need a browser, one of {', '.join(BROWSERS)}. Install one.")
    with TemporaryDirectory() as home, serving(Path(home)) as server, launched(path) as browser:
        frontend = Frontend.on(browser, server.url, VIEW)
        frontend.open()
        return {name: Picture(_taken(frontend, graph), graph.caption) for name, graph in GRAPHS.items()}


def _taken(frontend: Frontend, graph: Graph) -> np.ndarray:
    """(H, W, 3) uint8: the nodes of the picture, as they are seen after a run."""
    frontend.clear()
    ids = {name: _added(frontend, node) for name, node in (graph.nodes | graph.hidden).items()}
    for source, slot, target, given in map(str.split, graph.links):
        frontend.link(ids[source], int(slot), ids[target], given)
    if graph.runs and (status := frontend.run()["status"])["status_str"] != "success":
        raise RuntimeError(f"The run failed: {status['messages'][-1]}")
    frontend.page.wait_for_timeout(PAUSE)
    frontend.settle()
    corners = np.array(frontend.page.evaluate(BOUNDS, [ids[name] for name in graph.nodes]))
    (left, top), (right, bottom) = (corners[:, :2].min(0) - MARGIN).tolist(), (corners[:, 2:].max(0) + MARGIN).tolist()
    clip = {"x": left, "y": top - LABEL, "width": right - left, "height": bottom - top + LABEL}
    taken = np.frombuffer(frontend.page.screenshot(clip=clip), np.uint8)
    return cv2.imdecode(taken, cv2.IMREAD_COLOR)


def _added(frontend: Frontend, node: Node) -> int:
    kind, left, top, values = node
    added = frontend.add(kind, left, top)
    frontend.page.evaluate(WIDEN, [added, WIDTH])
    for widget, value in values.items():
        frontend.choose(added, widget, value)
    return added
