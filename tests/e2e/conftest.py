"""A browser with ComfyUI's frontend, once in each of its renderers; skipped where there is no browser."""

import json
import shutil

import pytest

from ..live.conftest import server  # noqa: F401 (a fixture)
from .frontend import Frontend

RENDERERS = {"classic": False, "Nodes 2.0": True}  # the setting Comfy.VueNodes.Enabled
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra e2e: pip install playwright")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the path")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=RENDERERS.items(), ids=lambda renderer: renderer[0])
def frontend(request, browser):
    """An open page with an empty graph."""
    comfyui = request.getfixturevalue("server")  # only now, because it need not start where there is no browser
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith(comfyui.url) else route.abort()
    )
    settings = {"Comfy.VueNodes.Enabled": request.param[1], "Comfy.TutorialCompleted": True}
    context.request.post(f"{comfyui.url}/settings", data=json.dumps(settings))
    frontend = Frontend(context.new_page(), comfyui.url)
    frontend.open()
    assert frontend.page.evaluate("() => !!LiteGraph.vueNodesMode") == request.param[1]
    yield frontend
    context.close()


@pytest.fixture(autouse=True)
def unbroken(frontend):
    """An empty graph for every test, which fails if a script raises in the page."""
    frontend.clear()
    frontend.faults.clear()
    yield
    assert frontend.faults == []
