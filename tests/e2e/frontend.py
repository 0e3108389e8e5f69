"""ComfyUI's frontend in a browser, as far as tests drive it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SETTINGS = {"Comfy.TutorialCompleted": True, "Comfy.RightSidePanel.IsOpen": False}  # as the last page left it, else

READY = """() => window.app?.extensionManager && window.app.graph
    && 'ArmaturePreprocess' in (window.LiteGraph?.registered_node_types ?? {})"""
BLANK = {"nodes": [], "links": [], "groups": [], "config": {}, "version": 0.4, "last_node_id": 0, "last_link_id": 0}
ORIGIN = "() => { Object.assign(app.canvas.ds, { scale: 1, offset: [0, 0] }) }"
SETTLE = """() => new Promise(done => {
    app.canvas.setDirty(true, true);
    requestAnimationFrame(() => requestAnimationFrame(done)) })"""
ADD = """([type, x, y]) => {
    const node = LiteGraph.createNode(type); node.pos = [x, y]; app.graph.add(node); return node.id }"""
CHOOSE = """([id, name, value]) => {
    const widget = app.graph.getNodeById(id).widgets.find(w => w.name === name);
    widget.value = value; widget.callback?.(value) }"""
LINK = """([from, slot, to, name]) => {
    const node = app.graph.getNodeById(to);
    return !!app.graph.getNodeById(from).connect(slot, node, node.inputs.findIndex(i => i.name === name)) }"""
VALUE = """([type, name]) => {
    const all = graph => graph.nodes.flatMap(node => node.subgraph ? [node, ...all(node.subgraph)] : [node]);
    return all(app.rootGraph).find(node => node.type === type).widgets.find(w => w.name === name)?.value ?? '' }"""
WIDGETS = "id => app.graph.getNodeById(id).widgets.map(w => [w.name, w.value])"
WITHIN = ("data:", "blob:")
NOISE = (  # of the frontend itself
    "ComfyApp graph accessed before initialization",
    "user.css",
    "/userdata",
    "https://api.comfy.org/",  # it asks its registry about missing nodes
    "/assets/missingModelDownload",  # it asks how large the models are that a workflow names and that are not there
    "/assets/missingModelMetadata",  # the newest does it there
)
RUN = """async limit => {
    const { api } = window.comfyAPI.api;
    const ended = new Promise(done => ['success', 'error', 'interrupted'].forEach(
        end => api.addEventListener(`execution_${end}`, ({ detail }) => done(detail.prompt_id), { once: true })));
    if (!await app.queuePrompt(0)) return 'refused';
    return Promise.race([ended, new Promise(done => setTimeout(done, limit, 'late'))]) }"""
NOTED = """() => {
    const values = ({ nodes }) => JSON.stringify(nodes.map(node => [node.id, node.widgets_values]).sort());
    const { activeState } = app.extensionManager.workflow.activeWorkflow.changeTracker;
    return values(activeState) === values(app.rootGraph.serialize()) }"""
PICTURE = """id => {
    const shown = app.graph.getNodeById(id).imgs?.[0] ?? document.querySelector(`[data-node-id="${id}"] img`);
    return shown?.naturalWidth ? [shown.naturalWidth, shown.naturalHeight] : null }"""
LONGEST_RUN = 120  # seconds
LINKED = "id => app.graph.getNodeById(id).inputs.filter(i => i.link != null).map(i => i.name)"


def browser_path() -> str | None:
    """Of the first of BROWSERS that is there."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def launched(path: str) -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Frontend:
    """An open page. `faults` are errors in it and requests that would have left the machine."""

    page: "Page"
    url: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, browser: "Browser", url: str, viewport: dict[str, int], **settings: Any) -> "Frontend":
        """A page of its own for a server that has these settings; not open yet."""
        page = browser.new_context(viewport=viewport).new_page()
        page.request.post(f"{url}/settings", data=json.dumps(SETTINGS | settings))
        return cls(page, url)

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
        """An empty graph, seen from its origin: its pixels are the page's. What a failed test left running ends."""
        while self.page.request.get(f"{self.url}/prompt").json()["exec_info"]["queue_remaining"]:
            self.page.request.post(f"{self.url}/interrupt")
            self.page.wait_for_timeout(100)
        self.load(json.dumps(BLANK))
        self.page.evaluate(ORIGIN)
        self.settle()

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

    def start(self) -> None:
        """Queues the workflow."""
        self.page.evaluate(f"limit => {{ window.run = ({RUN})(limit) }}", LONGEST_RUN * 1000)

    def finished(self) -> dict:
        """Waits until the page has heard of the end of what was started: the server's record of it."""
        run = self.page.evaluate("() => window.run")
        if run == "refused":
            raise AssertionError("The server does not take the workflow.")
        if run == "late":
            raise TimeoutError(f"The server has not finished the workflow within {LONGEST_RUN} seconds.")
        while not (record := self.page.request.get(f"{self.url}/history/{run}").json()):
            self.page.wait_for_timeout(20)  # it is written a little later than told
        return record[run]

    def run(self) -> dict:
        self.start()
        return self.finished()

    def picture(self, node: int) -> list[int]:
        """The width and height of the picture that a run puts on a node, once it is there."""
        return self.until(PICTURE, node, LONGEST_RUN)

    def told(self, kind: str) -> str:
        """What is written at the foot of the first node of a type, in subgraphs too."""
        return self.page.evaluate(VALUE, [kind, "armature_caption"])

    def until(self, condition: str, given: Any = None, seconds: float = 20) -> Any:
        """Waits until a function of the page gives something: that."""
        return self.page.wait_for_function(condition, arg=given, timeout=seconds * 1000).json_value()

    def noted(self) -> None:
        """Waits until the frontend has taken note of all values, for its undo."""
        self.until(NOTED)

    def settle(self) -> None:
        """Draws the graph anew and waits two frames, so that the renderer has followed."""
        self.page.evaluate(SETTLE)
