"""Shared workflows whose pack is missing: the frontend offers our nodes, which keep values and links and draw alike."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from armature.compatibility.packs.comfyui import COMFYUI

from ..compatibility.recorded import LEVELS, RECORDED, apart
from ..compatibility.workflows import RULES, WORKFLOWS

TYPES = "() => Object.fromEntries(app.graph.nodes.map(node => [node.id, node.type]))"
LINKS = """() => [...app.graph.links.values()].map(link => [Number(link.origin_id), Number(link.target_id),
    app.graph.getNodeById(link.target_id).inputs[link.target_slot].name])"""


CORE = [rule.id for rule in COMFYUI.nodes]
STILL = """theirs => { const types = graph => graph.nodes.flatMap(n => n.subgraph ? types(n.subgraph) : [n.type]);
    return types(app.rootGraph).filter(type => theirs.includes(type)) }"""


def replace_all(frontend, workflow):
    """Opens it, and takes what the dialog of missing nodes offers."""
    frontend.load(json.dumps(workflow))
    frontend.page.get_by_role("button", name="View details").click()
    frontend.page.get_by_role("button", name="Replace All").click()
    frontend.page.wait_for_function(
        f"theirs => !({STILL})(theirs).length", arg=[kind for kind in RULES if kind not in CORE]
    )


def images(frontend, record):
    """What the workflow saved, (B, H, W, 3)."""
    (saved,) = (output["images"] for output in record["outputs"].values() if "images" in output)
    view = f"{frontend.url}/view"
    answers = [frontend.page.request.get(view, params=image) for image in saved]
    return np.stack([np.asarray(Image.open(BytesIO(answer.body()))) for answer in answers])


@pytest.mark.parametrize("name", ["adapter_soft_weights", "latent_keyframe_group", "mixed_chain", "mixed_subgraph"])
def test_a_replaced_workflow_draws_what_the_missing_pack_drew(frontend, shot, name):
    replace_all(frontend, WORKFLOWS[name])
    record = frontend.run()
    shot("replaced")
    assert record["status"]["status_str"] == "success"
    assert apart(images(frontend, record), RECORDED[name]) <= LEVELS


def test_the_union_types_of_kjnodes_are_replaced(frontend):
    replace_all(frontend, WORKFLOWS["union_shakker"])
    (typed,) = (n for n, kind in frontend.page.evaluate(TYPES).items() if kind == "ArmatureUnionType")
    assert frontend.widgets(int(typed)) == {"type": "low quality"}


def test_missing_nodes_are_replaced_with_their_values_and_links(frontend):
    replace_all(frontend, WORKFLOWS["timestep_keyframe"])
    types = frontend.page.evaluate(TYPES)
    assert all(types[str(node)] == "ArmatureKeyframe" for node in (10, 11, 12))
    assert [types["7"], types["8"], types["13"]] == [
        "ArmatureBlockWeights",
        "ArmatureLatentStrength",
        "ArmatureLoadControl",
    ]
    assert frontend.widgets(7).items() >= {"base": 0.825, "uncond_multiplier": 0.5}.items()
    assert frontend.widgets(8) == {"image": -1, "strength": 0.7}
    second = {"start": 0.25, "strength": 1.0, "other_images": 0.5, "inherit": True, "guarantee_steps": 2}
    assert frontend.widgets(11) == second
    assert frontend.widgets(13)["name"] == "practice_canny.safetensors"
    assert frontend.widgets(14).items() >= {"strength": 0.8, "end_percent": 0.9, "batch": "hold"}.items()
    links = {tuple(link) for link in frontend.page.evaluate(LINKS)}
    assert {link for link in links if link[1] == 11} == {
        (7, 11, "weights"),
        (8, 11, "images"),
        (9, 11, "mask"),
        (10, 11, "previous"),
    }
    applied = {(2, "positive"), (3, "negative"), (13, "control_net"), (5, "image"), (12, "schedule")}
    assert {(origin, name) for origin, target, name in links if target == 14} == applied
