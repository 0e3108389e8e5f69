"""A shared workflow whose pack is missing: the frontend offers our nodes for it, and they keep values and links."""

import json

from ..compatibility.workflows import WORKFLOWS

TYPES = "() => Object.fromEntries(app.graph.nodes.map(node => [node.id, node.type]))"
LINKS = """() => [...app.graph.links.values()].map(link => [Number(link.origin_id), Number(link.target_id),
    app.graph.getNodeById(link.target_id).inputs[link.target_slot].name])"""


def test_missing_nodes_are_replaced_with_their_values_and_links(frontend):
    frontend.load(json.dumps(WORKFLOWS["timestep_keyframe"]))
    frontend.page.get_by_role("button", name="View details").click()
    frontend.page.get_by_role("button", name="Replace All").click()
    frontend.page.wait_for_function(f"() => ({TYPES})()[14] === 'ArmatureApplyControl'")
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
