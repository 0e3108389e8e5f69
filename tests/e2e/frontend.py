"""ComfyUI's frontend in a browser, as far as tests drive it."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

READY = """() => window.app?.extensionManager && window.app.graph
    && 'ArmaturePreprocess' in (window.LiteGraph?.registered_node_types ?? {})"""
BLANK = {"nodes": [], "links": [], "groups": [], "config": {}, "version": 0.4, "last_node_id": 0, "last_link_id": 0}
ADD = """([type, x, y]) => {
    const node = LiteGraph.createNode(type); node.pos = [x, y]; app.graph.add(node); return node.id }"""
CHOOSE = """([id, name, value]) => {
    const widget = app.graph.getNodeById(id).widgets.find(w => w.name === name);
    widget.value = value; widget.callback?.(value) }"""
LINK = """([from, slot, to, name]) => {
    const node = app.graph.getNodeById(to);
    return !!app.graph.getNodeById(from).connect(slot, node, node.inputs.findIndex(i => i.name === name)) }"""
WIDGETS = "id => app.graph.getNodeById(id).widgets.map(w => [w.name, w.value])"
WITHIN = ("data:", "blob:")
NOISE = (  # of the frontend itself
    "ComfyApp graph accessed before initialization",
    "user.css",
    "/userdata",
    "https://api.comfy.org/",  # it asks its registry about missing nodes
    "missingModelDownload",  # it asks how large the models are that its own first workflow lacks
    "https://huggingface.co/Comfy-Org/",  # it asks for the models of the workflow that it opens with
)
LINKED = "id => app.graph.getNodeById(id).inputs.filter(i => i.link != null).map(i => i.name)"


@dataclass
class Frontend:
    """An open page. `faults` are errors in it and requests that would have left the machine."""

    page: "Page"
    url: str
    faults: list[str] = field(default_factory=list)

    def keep_inside(self) -> None:
        """Stops what asks for another machine."""
        self.page.context.route(lambda url: not url.startswith((self.url, *WITHIN)), self._stop)

    def _stop(self, route) -> None:
        self.faults.append(f"asks for {route.request.url}")
        route.abort()

    def _heard(self, message) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not any(noise in text for noise in NOISE):
            self.faults.append(text)

    def open(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(self.url)
        self.page.wait_for_function(READY, timeout=60_000)
        self.clear()

    def clear(self) -> None:
        self.load(json.dumps(BLANK))

    def add(self, kind: str, x: int = 80, y: int = 120) -> int:
        """The id of a new node."""
        return self.page.evaluate(ADD, [kind, x, y])

    def choose(self, node: int, widget: str, value) -> None:
        """Sets a widget as a click in it does."""
        self.page.evaluate(CHOOSE, [node, widget, value])
        self.settle()

    def link(self, source: int, slot: int, target: int, name: str) -> None:
        assert self.page.evaluate(LINK, [source, slot, target, name]), name

    def widgets(self, node: int) -> dict:
        return dict(self.page.evaluate(WIDGETS, node))

    def linked(self, node: int) -> list[str]:
        """The names of the inputs that have a link."""
        return self.page.evaluate(LINKED, node)

    def saved(self) -> str:
        """The workflow as its file holds it."""
        return self.page.evaluate("() => JSON.stringify(app.rootGraph.serialize())")

    def load(self, workflow: str) -> None:
        self.page.evaluate("async text => { await app.loadGraphData(JSON.parse(text)) }", workflow)
        self.settle()

    def run(self) -> dict:
        """Queues the workflow and waits: the server's record of it."""
        known = self._history()
        self.page.evaluate("() => app.queuePrompt(0)")
        for _ in range(600):
            new = self._history().keys() - known.keys()
            if new:
                return self._history()[new.pop()]
            self.page.wait_for_timeout(100)
        raise TimeoutError("The server has not finished the workflow within a minute.")

    def settle(self) -> None:
        """Two frames, so that the renderer has followed."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def _history(self) -> dict:
        return self.page.request.get(f"{self.url}/history").json()
