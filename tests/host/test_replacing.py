"""Nodes of other packs, replaced by ComfyUI's own code and by ours, and run."""

import asyncio
import json
from types import SimpleNamespace

import nodes as comfy_nodes
import pytest
import torch
from app.node_replace_manager import NodeReplaceManager
from comfy_api.latest import _io
from server import PromptServer

from armature import discovery, preprocessors
from armature.compatibility.controlnet_aux import controlnet_aux
from armature.compatibility.declare import Counterpart
from armature.compatibility.page import page
from armature.compatibility.rules import all_packs, rules
from armature.compatibility.specification import PATH
from armature.host.docs import specification
from armature.host.replacing import register, replacement, rewritten
from armature.nodes import node_classes
from armature.preprocessors.declare import Preprocessor

from ..conftest import ROOT
from ..preprocessors.annotators import published
from ..preprocessors.samples import values

DECLARED = discovery.declared(preprocessors, Preprocessor)
NODES = {cls.GET_SCHEMA().node_id: cls for cls in node_classes()}
REPLACED = [(one, replaced) for one in DECLARED.values() for replaced in one.replaces]
RULES = rules(on_request=True)
FLAT = [rule for rule in RULES.values() if isinstance(rule, Counterpart) and rule.flat]
AUX = {rule.id: rule for rule in controlnet_aux(DECLARED.values()).nodes}
IMAGE = torch.rand(1, 32, 48, 3, generator=torch.Generator().manual_seed(0))


def replaced_inputs(monkeypatch, rule, inputs):
    """The inputs of our node after ComfyUI put it in the place of the other in a prompt."""
    monkeypatch.setattr(comfy_nodes, "NODE_CLASS_MAPPINGS", NODES)
    manager = NodeReplaceManager()
    manager.register(replacement(rule))
    prompt = {"1": {"class_type": rule.id, "inputs": inputs, "_meta": {"title": "theirs"}}}
    manager.apply_replacements(prompt)
    assert prompt["1"]["class_type"] == rule.ours
    return prompt["1"]["inputs"]


@pytest.mark.parametrize("preprocessor, replaced", REPLACED, ids=lambda one: one.id)
def test_a_replaced_node_runs_with_its_values(monkeypatch, preprocessor, replaced):
    samples = {"image": IMAGE} | values(preprocessor, 1, 32, 48)
    for option in preprocessor.options:
        if option.pretrained:
            published(option.pretrained, replaced.fixed.get(option.name))
    defaults = {option.name: option.default for option in preprocessor.options} | {"resolution": 64} | samples
    inputs = {theirs: defaults[ours] for theirs, ours in replaced.widgets.items() if ours}
    inputs |= {theirs: ["9", index] for index, theirs in enumerate(replaced.sockets)}
    given = replaced_inputs(monkeypatch, AUX[replaced.id], inputs)
    node = NODES[f"Armature{preprocessor.id}"]
    finalized, _, _ = _io.get_finalized_class_inputs(node.INPUT_TYPES(), given)
    known = set(finalized["required"]) | set(finalized["optional"])
    assert set(finalized["required"]) <= set(given) <= known
    size = (64, 96) if "resolution" in replaced.widgets.values() else (32, 48)
    linked = {ours: samples[ours] for ours in replaced.sockets.values()}
    assert node.execute(**given | linked)[0].shape == (1, *size, 3)


def test_their_keypoints_are_ours():
    for _, replaced in REPLACED:
        mapped = [(one["old_idx"], one["new_idx"]) for one in replacement(AUX[replaced.id]).output_mapping]
        assert mapped == ([(0, 0), (1, 1)] if replaced.id in ("DWPreprocessor", "OpenposePreprocessor") else [(0, 0)])


def test_their_scribble_is_inverted_and_stays_so(monkeypatch):
    given = replaced_inputs(monkeypatch, AUX["ScribblePreprocessor"], {"image": ["9", 0], "resolution": 32})
    theirs = 1 - ((IMAGE * 255).round().amin(dim=-1) < 127).float()
    assert torch.equal(NODES["ArmatureThreshold"].execute(**given | {"image": IMAGE})[0][..., 0], theirs)


def test_only_flat_nodes_replace_and_each_node_once():
    assert all(one.flat or one.family is None for one, _ in REPLACED)
    assert len({replaced.id for _, replaced in REPLACED}) == len(REPLACED)
    declared = [rule.id for pack in all_packs() for rule in pack.nodes]
    remaining = [name for pack in all_packs() for name in pack.remaining]
    assert len({*declared, *remaining}) == len(declared) + len(remaining)


def test_their_rendered_pose_opens_with_its_parts(monkeypatch):
    draw = next(one for one, replaced in REPLACED if replaced.id == "RenderPeopleKps")
    poses, parts = values(draw, 1, 64, 96), {"render_body": True, "render_hand": False, "render_face": False}
    given = replaced_inputs(monkeypatch, AUX["RenderPeopleKps"], {"kps": ["9", 0]} | parts)
    drawn = NODES["ArmatureDrawPoseControlNet"].execute(**given | poses)[0]
    body = draw.run(poses=poses["poses"], hands=False, faces=False)
    assert torch.equal(drawn, body.movedim(1, -1)) and not torch.equal(body, draw.run(poses=poses["poses"]))


@pytest.mark.parametrize("rule", FLAT, ids=lambda rule: rule.id)
def test_everything_declared_is_there(rule):
    schema = NODES[rule.ours].GET_SCHEMA()
    ours = {i.id: i for i in schema.inputs}
    used = {name for name in (*rule.widgets.values(), *rule.sockets.values(), *rule.fixed) if name}
    assert used <= set(ours) and max(rule.outputs.values()) < len(schema.outputs)
    for name, value in rule.fixed.items():
        options = getattr(ours[name], "options", None)
        assert value in options if options else value is not None
    for name, kept in (*rule.widgets.items(), *rule.sockets.items()):
        assert kept or name in rule.ignored or name in rule.passes.values() or name == "cn_extras"


def test_the_table_in_the_docs_is_up_to_date(request):
    path, text = ROOT / "docs" / "compatibility.md", page(all_packs())
    if request.config.getoption("--write-docs"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run: python3 quickstart.py test --write-docs"


def test_what_the_converter_knows_of_our_nodes_is_up_to_date(request):
    targets = {rule.ours for rule in RULES.values() if isinstance(rule, Counterpart)}
    targets |= {"ArmatureSchedule", "ArmatureApplyControlToModel"}
    found = {name: specification(NODES[name].GET_SCHEMA()) for name in sorted(targets)}
    text = json.dumps(found, indent=1) + "\n"
    if request.config.getoption("--write-docs"):
        PATH.write_text(text, encoding="utf-8")
    assert PATH.read_text(encoding="utf-8") == text, "run: python3 quickstart.py test --write-docs"


def applied(**more):
    values = {"strength": 0.7, "start_percent": 0.0, "end_percent": 1.0}
    links = {name: [number, 0] for name, number in zip(("positive", "negative", "control_net", "image"), "2345")}
    return {"class_type": "ACN_AdvancedControlNetApply_v2", "inputs": {**values, **links, **more}}


def test_the_server_gets_ours_whether_optional_inputs_are_connected_or_not(monkeypatch):
    monkeypatch.setattr(comfy_nodes, "NODE_CLASS_MAPPINGS", NODES)
    server = SimpleNamespace(node_replace_manager=NodeReplaceManager(), handlers=[])
    server.add_on_prompt_handler = server.handlers.append
    monkeypatch.setattr(PromptServer, "instance", server, raising=False)
    asyncio.run(register())
    asked = {"prompt": {"1": applied(mask_optional=["6", 1]), "7": applied()}, "client_id": "x"}
    (found,) = (handle(asked) for handle in server.handlers)
    assert found["client_id"] == "x"
    masked, plain = found["prompt"]["1"]["inputs"], found["prompt"]["7"]["inputs"]
    assert masked["mask"] == ["6", 1] and "mask" not in plain
    assert plain["batch"] == masked["batch"] == "hold" and plain["strength"] == 0.7
    server.node_replace_manager.apply_replacements(found["prompt"])
    assert found["prompt"]["1"]["class_type"] == "ArmatureApplyControl"


def test_what_is_there_is_left_alone(monkeypatch):
    there = {"ACN_AdvancedControlNetApply_v2": object}
    monkeypatch.setattr(comfy_nodes, "NODE_CLASS_MAPPINGS", there)
    asked = {"prompt": {"1": applied()}}
    assert rewritten(asked, RULES) is asked
