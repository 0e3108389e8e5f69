"""A browser with ComfyUI's frontend, the pinned one and the newest, in each of its renderers.

Skipped where there is no browser. ARMATURE_FRONTEND names a folder with the newest frontend: `static` of an unzipped
wheel of comfyui-frontend-package. ARMATURE_SHOTS names a folder for screenshots.
"""

import itertools
import os
import re
from pathlib import Path

import pytest

from ..live.conftest import server, serving  # noqa: F401 (a fixture)
from .frontend import BROWSERS, Frontend, browser_path, launched

RENDERERS = {"classic": False, "Nodes 2.0": True}  # the setting Comfy.VueNodes.Enabled
VERSIONS = ("pinned", "newest")
COMBINATIONS = list(itertools.product(VERSIONS, RENDERERS))
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="module")  # while it is open an event loop runs, and tests without a browser cannot have theirs
def browser():
    pytest.importorskip("playwright.sync_api", reason="needs the extra e2e: pip install playwright")
    path = browser_path()
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the path")
    with launched(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def newest(tmp_path_factory):
    """A server with the newest frontend."""
    static = os.environ.get("ARMATURE_FRONTEND")
    if not static:
        pytest.skip("only the pinned frontend: ARMATURE_FRONTEND names no folder with a newer one")
    with serving(tmp_path_factory.mktemp("newest"), "--front-end-root", static) as client:
        yield client


@pytest.fixture(scope="module", params=COMBINATIONS, ids=", ".join)
def frontend(request, browser):
    """An open page with an empty graph."""
    version, renderer = request.param
    # only now, because neither need start where there is no browser
    comfyui = request.getfixturevalue("server" if version == "pinned" else "newest")
    settings = {"Comfy.VueNodes.Enabled": RENDERERS[renderer]}
    frontend = Frontend.on(browser, comfyui.url, {"width": 1600, "height": 1000}, **settings)
    frontend.keep_inside()
    frontend.open()
    assert frontend.page.evaluate("() => !!LiteGraph.vueNodesMode") == RENDERERS[renderer]
    yield frontend
    frontend.page.context.close()


@pytest.fixture
def models(request, frontend):
    """The folder of models of the page's server."""
    names = ("server", "newest") if "newest" in request.node.callspec.id else ("server",)
    return next(one.base for one in map(request.getfixturevalue, names) if one.url == frontend.url) / "models"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def unbroken(request, frontend, shot):
    """An empty graph for every test, which fails on an error in the page or a request that leaves the machine."""
    frontend.clear()
    yield
    if request.node.stash[FAILED]:
        shot("failed")
    faults, frontend.faults = frontend.faults, []
    assert faults == []


@pytest.fixture
def shot(request, frontend, tmp_path):
    """Takes a picture of the page: shot("dark"); its file, in ARMATURE_SHOTS or pytest's own folder."""
    folder = Path(os.environ.get("ARMATURE_SHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> Path:
        path = folder / (re.sub(r"[^\w.]+", "_", f"{request.node.name}_{name}") + ".png")
        frontend.page.screenshot(path=path)
        return path

    return take
