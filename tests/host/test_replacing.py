"""Workflows of comfyui_controlnet_aux, replaced by ComfyUI's own code and run."""

import nodes as comfy_nodes
import pytest
import torch
from app.node_replace_manager import NodeReplaceManager
from comfy_api.latest import _io

from armature import discovery, preprocessors
from armature.host.replacing import page, replacement
from armature.nodes import node_classes
from armature.preprocessors.declare import Preprocessor

from ..conftest import ROOT
from ..preprocessors.samples import values

DECLARED = discovery.declared(preprocessors, Preprocessor)
NODES = {cls.GET_SCHEMA().node_id: cls for cls in node_classes()}
REPLACED = [(one, replaced) for one in DECLARED.values() for replaced in one.replaces]
IMAGE = torch.rand(1, 32, 48, 3, generator=torch.Generator().manual_seed(0))


def replaced_inputs(monkeypatch, preprocessor, replaced, inputs):
    """The inputs of our node after ComfyUI put it in the place of the other in a prompt."""
    monkeypatch.setattr(comfy_nodes, "NODE_CLASS_MAPPINGS", NODES)
    manager = NodeReplaceManager()
    manager.register(replacement(preprocessor, replaced))
    prompt = {"1": {"class_type": replaced.id, "inputs": inputs, "_meta": {"title": "theirs"}}}
    manager.apply_replacements(prompt)
    assert prompt["1"]["class_type"] == f"Armature{preprocessor.id}"
    return prompt["1"]["inputs"]


@pytest.mark.parametrize("preprocessor, replaced", REPLACED, ids=lambda one: one.id)
def test_a_replaced_node_runs_with_its_values(monkeypatch, preprocessor, replaced):
    samples = {"image": IMAGE} | values(preprocessor, 1, 32, 48)
    defaults = {option.name: option.default for option in preprocessor.options} | {"resolution": 64} | samples
    inputs = {theirs: defaults[ours] for theirs, ours in replaced.widgets.items() if ours}
    inputs |= {theirs: ["9", index] for index, theirs in enumerate(replaced.sockets)}
    given = replaced_inputs(monkeypatch, preprocessor, replaced, inputs)
    node = NODES[f"Armature{preprocessor.id}"]
    finalized, _, _ = _io.get_finalized_class_inputs(node.INPUT_TYPES(), given)
    known = set(finalized["required"]) | set(finalized["optional"])
    assert set(finalized["required"]) <= set(given) <= known
    size = (64, 96) if "resolution" in replaced.widgets.values() else (32, 48)
    linked = {ours: samples[ours] for ours in replaced.sockets.values()}
    assert node.execute(**given | linked)[0].shape == (1, *size, 3)


def test_their_keypoints_are_ours():
    for preprocessor, replaced in REPLACED:
        mapped = [(one["old_idx"], one["new_idx"]) for one in replacement(preprocessor, replaced).output_mapping]
        assert mapped == ([(0, 0), (1, 1)] if replaced.id in ("DWPreprocessor", "OpenposePreprocessor") else [(0, 0)])


def test_their_scribble_is_inverted_and_stays_so(monkeypatch):
    threshold, scribble = next((one, r) for one, r in REPLACED if r.id == "ScribblePreprocessor")
    given = replaced_inputs(monkeypatch, threshold, scribble, {"image": ["9", 0], "resolution": 32})
    theirs = 1 - ((IMAGE * 255).round().amin(dim=-1) < 127).float()
    assert torch.equal(NODES["ArmatureThreshold"].execute(**given | {"image": IMAGE})[0][..., 0], theirs)


def test_only_flat_nodes_replace_and_each_node_once():
    assert all(one.flat or one.family is None for one, _ in REPLACED)
    assert len({replaced.id for _, replaced in REPLACED}) == len(REPLACED)


def test_the_table_in_the_docs_is_up_to_date(request):
    path, text = ROOT / "docs" / "replaced_nodes.md", page(DECLARED.values())
    if request.config.getoption("--write-docs"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run: python3 quickstart.py test --write-docs"


def test_their_rendered_pose_opens_with_its_parts(monkeypatch):
    draw, render = next((one, r) for one, r in REPLACED if r.id == "RenderPeopleKps")
    poses, parts = values(draw, 1, 64, 96), {"render_body": True, "render_hand": False, "render_face": False}
    given = replaced_inputs(monkeypatch, draw, render, {"kps": ["9", 0]} | parts)
    drawn = NODES["ArmatureDrawPoseControlNet"].execute(**given | poses)[0]
    body = draw.run(poses=poses["poses"], hands=False, faces=False)
    assert torch.equal(drawn, body.movedim(1, -1)) and not torch.equal(body, draw.run(poses=poses["poses"]))
