"""What the server answers to the pack's scripts in the browser."""

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from server import PromptServer

from armature.compatibility.convert import main
from armature.host.routes import conversion, register

from ..compatibility.workflows import FOLDER, WORKFLOWS

SOME = ("apply", "mixed_with_core", "timestep_keyframe", "lllite")


@pytest.fixture
def ask(monkeypatch):
    """Sends a request to a server with the routes: its status and its JSON."""

    async def asked(method, path, **options):
        server = type("Server", (), {"routes": web.RouteTableDef()})
        monkeypatch.setattr(PromptServer, "instance", server, raising=False)
        register()
        application = web.Application()
        application.add_routes(server.routes)
        async with TestClient(TestServer(application)) as client:
            async with client.request(method, path, **options) as answer:
                return answer.status, await answer.json()

    return lambda *arguments, **options: asyncio.run(asked(*arguments, **options))


def test_a_control_is_inspected(ask):
    asked = {"folder": "controlnet", "name": "practice_canny.safetensors"}
    status, answer = ask("GET", "/armature/v1/inspect", params=asked)
    assert status == 200 and answer["family"] == "ControlNet" and answer["blocks"] == "skip 0..11, middle"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?folder=controlnet",
        "?folder=controlnet&name=../x.safetensors",
        "?folder=..&name=x",
        "?folder=%2e%2e&name=%2F",
    ],
)
def test_what_is_not_listed_is_not_found(ask, query):
    status, answer = ask("GET", f"/armature/v1/inspect{query}")
    assert status == 404 and "No model folder" in answer["error"]


@pytest.mark.parametrize("core", [False, True])
@pytest.mark.parametrize("name", SOME)
def test_a_conversion_is_that_of_the_command(ask, tmp_path, capsys, name, core):
    main([str(FOLDER / f"{name}.json"), str(tmp_path / "made.json"), *["--core"] * core])
    *report, _ = capsys.readouterr().out.splitlines()
    status, answer = ask("POST", "/armature/v1/convert", json={"workflow": WORKFLOWS[name], "core": core})
    assert status == 200 and answer["report"] == report
    assert answer["workflow"] == json.loads((tmp_path / "made.json").read_text())


def test_an_empty_workflow_stays_empty():
    empty = {"nodes": [], "links": [], "version": 0.4}
    assert conversion({"workflow": empty}) == ({"v": 1, "workflow": empty, "report": []}, 200)


@pytest.mark.parametrize(
    "asked",
    [5, [], {}, {"workflow": None}, {"workflow": 5}, {"workflow": {"nodes": [5]}}, {"workflow": {"nodes": [{}]}}],
    ids=str,
)
def test_what_is_no_workflow_is_refused(ask, asked):
    status, answer = ask("POST", "/armature/v1/convert", json=asked)
    assert status == 400 and answer["error"].startswith("This is no workflow as ComfyUI saves it")


def test_what_is_no_json_is_refused(ask):
    status, answer = ask("POST", "/armature/v1/convert", data=b"{")
    assert status == 400 and answer["error"].startswith("This is no JSON")
