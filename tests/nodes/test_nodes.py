"""Loads the pack with ComfyUI's own loader, then checks what every node promises."""

import asyncio
import inspect
import sys
from pathlib import Path
from types import SimpleNamespace

import nodes as comfy_nodes
import pytest
from aiohttp.web import RouteTableDef
from app.node_replace_manager import NodeReplaceManager
from server import PromptServer

from armature.host.docs import page
from armature.host.help import help_of
from armature.nodes import node_classes

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = {cls.GET_SCHEMA().node_id: cls for cls in node_classes()}


def test_comfyui_loads_the_pack_and_keeps_its_own_nodes_module(monkeypatch):
    replacements = NodeReplaceManager()
    handlers, routes = [], RouteTableDef()
    server = SimpleNamespace(node_replace_manager=replacements, add_on_prompt_handler=handlers.append, routes=routes)
    monkeypatch.setattr(PromptServer, "instance", server, raising=False)
    assert asyncio.run(comfy_nodes.load_custom_node(str(ROOT)))
    assert set(SCHEMAS) <= set(comfy_nodes.NODE_CLASS_MAPPINGS)
    assert replacements.has_replacement("CannyEdgePreprocessor") and len(handlers) == 2
    assert {route.path for route in routes} == {"/armature/v1/inspect", "/armature/v1/convert"}
    assert sys.modules["nodes"] is comfy_nodes and Path(comfy_nodes.__file__).name == "nodes.py"


def test_ids_are_for_ever():
    assert {
        "ArmatureLoadControl",
        "ArmatureApplyControl",
        "ArmatureCanny",
        "ArmatureLoadPracticeModel",
        "ArmaturePracticePhoto",
        "ArmatureUnionType",
        "ArmatureApplyUnion",
        "ArmatureXSOptions",
    } <= set(SCHEMAS)


def test_input_names_and_their_order_are_for_ever():
    names = [i.id for i in SCHEMAS["ArmatureApplyControl"].GET_SCHEMA().inputs]
    assert names[:7] == ["positive", "control_net", "image", "strength", "start_percent", "end_percent", "negative"]
    assert [i.id for i in SCHEMAS["ArmatureCanny"].GET_SCHEMA().inputs][:3] == ["image", "low", "high"]
    assert [i.id for i in SCHEMAS["ArmatureLoadControl"].GET_SCHEMA().inputs][:3] == [
        "name",
        "dtype",
        "global_pooling",
    ]
    xs_options = [i.id for i in SCHEMAS["ArmatureXSOptions"].GET_SCHEMA().inputs]
    assert xs_options[:3] == ["control_net", "prune_until", "reference_sd"]


@pytest.mark.parametrize("node_id", SCHEMAS)
def test_execute_takes_exactly_the_inputs_of_the_schema(node_id):
    cls = SCHEMAS[node_id]
    named = [i.id for i in cls.GET_SCHEMA().inputs]
    spec = inspect.getfullargspec(cls.execute)
    assert spec.varkw or spec.args[1:] == named


@pytest.mark.parametrize("node_id", SCHEMAS)
def test_everything_says_what_it_is(node_id):
    schema = SCHEMAS[node_id].GET_SCHEMA()
    assert node_id.startswith("Armature") and schema.description and schema.category.startswith("Armature")
    assert all(i.tooltip for given in schema.inputs for i in given.get_all())
    assert all(o.tooltip for o in schema.outputs)


@pytest.mark.parametrize("node_id", SCHEMAS)
def test_help_page_is_up_to_date(node_id, request):
    path, text = ROOT / "web" / "docs" / f"{node_id}.md", page(SCHEMAS[node_id].GET_SCHEMA(), help_of(node_id))
    if request.config.getoption("--write-docs"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run: python3 quickstart.py test --write-docs"


def test_every_node_has_a_help_page_with_a_picture():
    assert {path.stem for path in (ROOT / "web" / "docs").glob("*.md")} == set(SCHEMAS)
    assert {path.stem for path in (ROOT / "docs" / "help").glob("*.md")} == set(SCHEMAS)
    assert {path.stem for path in (ROOT / "web" / "docs" / "img").glob("*.jpg")} == set(SCHEMAS)
    assert all("](img/" in path.read_text(encoding="utf-8") for path in (ROOT / "web" / "docs").glob("*.md"))
