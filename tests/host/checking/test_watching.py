"""The check beside the queue: requests go on as they are, and only their sender is told."""

from copy import deepcopy

import nodes as comfy_nodes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from server import PromptServer

from armature.host.checking import watching
from armature.host.checking.watching import EVENT, Watcher, output_types, register

from .prompts import TYPES, node, prompt
from .test_checks import JSON


class Server:
    def __init__(self):
        self.sent, self.on_prompt_handlers = [], []

    def send_sync(self, event, message, client):
        self.sent.append((event, message, client))

    add_on_prompt_handler = PromptServer.add_on_prompt_handler
    trigger_on_prompt = PromptServer.trigger_on_prompt


@pytest.fixture
def watcher(monkeypatch):
    monkeypatch.setattr(watching, "output_types", lambda name: TYPES.get(name, ()))
    return Watcher(Server())


def told(watcher, request):
    watcher(request)
    watcher.worker.shutdown(wait=True)
    return watcher.server.sent


def test_the_sender_is_told_what_is_wrong(watcher):
    (sent,) = told(watcher, {"prompt": prompt(apply={"start_percent": 0.6, "end_percent": 0.4}), "client_id": "me"})
    text = "It starts at 0.6 and ends at 0.4, before it starts. Exchange the two."
    assert sent == (EVENT, {"v": 1, "findings": [{"node": "apply", "trouble": "window", "text": text}]}, "me")


def test_that_nothing_is_wrong_is_told_too(watcher):
    assert told(watcher, {"prompt": prompt(), "client_id": "me"}) == [(EVENT, {"v": 1, "findings": []}, "me")]


@pytest.mark.parametrize(
    "request_",
    [
        {"prompt": {"1": node("KSampler")}, "client_id": "me"},
        {"prompt": prompt()},
        {"prompt": prompt(), "client_id": None},
        {"prompt": prompt(), "client_id": ["me"]},
        {"prompt": prompt(), "client_id": 5},
    ],
    ids=["no control", "nobody", "null", "list", "number"],
)
def test_nobody_is_told_of_what_is_not_theirs(watcher, request_):
    assert told(watcher, request_) == []


def test_a_check_that_fails_is_logged_and_nothing_else(watcher, monkeypatch, caplog):
    monkeypatch.setattr(watching, "check", lambda graph: 1 / 0)
    request = {"prompt": prompt(), "client_id": "me"}
    assert told(watcher, request) == [] and "could not check a prompt: ZeroDivisionError" in caplog.text


@given(JSON | st.fixed_dictionaries({"client_id": JSON | st.just("me"), "prompt": JSON | st.just(prompt())}))
@settings(max_examples=200, deadline=None)
def test_every_request_goes_on_as_it_is(request_):
    server = Server()
    server.add_on_prompt_handler(Watcher(server))
    before = deepcopy(request_)
    assert server.trigger_on_prompt(request_) is request_
    assert repr(request_) == repr(before)


def test_it_is_asked_after_missing_nodes_were_replaced(monkeypatch):
    server = Server()
    monkeypatch.setattr(PromptServer, "instance", server, raising=False)
    register()
    assert [type(handler) for handler in server.on_prompt_handlers] == [Watcher]


def test_without_a_server_nothing_is_registered(monkeypatch):
    monkeypatch.delattr(PromptServer, "instance", raising=False)
    register()


def test_types_of_outputs_are_those_of_the_nodes_that_are_there():
    assert output_types("CheckpointLoaderSimple") == ("MODEL", "CLIP", "VAE")
    assert output_types("no such node") == ()
    assert "KSampler" in comfy_nodes.NODE_CLASS_MAPPINGS
