"""Saved workflows become ours: every mapped node, and what reaches the control in the end."""

import json
from copy import deepcopy

import pytest
import torch

from armature.compatibility import convert as tool
from armature.compatibility import workflow as saved
from armature.compatibility.declare import Absorbed
from armature.compatibility.rules import all_packs
from armature.compatibility.specification import specification
from armature.control.schedule import Keyframe
from armature.control.weights import LayerWeights

from ..host.test_inpainting import concatenating
from ..host.test_union import flux_control
from .workflows import OURS, RULES, WORKFLOWS, as_prompt, classes, every_node, our_loader, run, sources

KNOWN = classes()
SCALED = "soft (Advanced-ControlNet, scaled)"
COUNTED = tuple(round(0.1 + 0.06 * n, 3) for n in range(13))
SOFT_ADAPTER = (0.25, 0.62, 0.825, 1.0)


def converted(name):
    return tool.converted(WORKFLOWS[name], core=True)


def manners(name):
    """How the controls of the converted workflow are applied, the last one first."""
    given = sources(name, "", {"ArmatureLoadControl": our_loader})
    inputs = run(as_prompt(converted(name)[0], KNOWN), "KSampler", KNOWN, given)
    control, found = inputs["positive"][0][1]["control"], []
    while control is not None:
        found.append(control.applied)
        control = control.previous_controlnet
    return found


def test_there_is_a_workflow_for_every_node_that_is_mapped():
    there = {node["type"] for one in WORKFLOWS.values() for node in every_node(one)}
    packs = [pack for pack in all_packs() if pack.id != "comfyui_controlnet_aux"]
    assert {rule.id for pack in packs for rule in pack.nodes} <= there


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_workflow_becomes_one_of_ours_that_the_frontend_and_the_server_take(name):
    before = deepcopy(WORKFLOWS[name])
    found, report = converted(name)
    assert WORKFLOWS[name] == before
    theirs = {node["type"] for node in every_node(before)} & set(RULES)
    assert theirs and not theirs & {node["type"] for node in every_node(found)}
    assert all(any(kind in line for line in report) for kind in theirs)
    nodes = {node["id"]: node for node in found["nodes"]}
    for number, origin, output, target, slot, _ in found["links"]:
        assert nodes[target]["inputs"][slot]["link"] == number
        assert number in nodes[origin]["outputs"][output]["links"]
    named = {link[0] for link in found["links"]}
    for node in nodes.values():
        assert {slot["link"] for slot in node["inputs"] if slot["link"]} <= named
        assert {link for slot in node["outputs"] for link in slot["links"]} <= named
    for node in as_prompt(found, KNOWN).values():
        if node["class_type"] in OURS:
            accepted = OURS[node["class_type"]].GET_SCHEMA().inputs
            required = {i.id for i in accepted if not i.optional}
            assert required <= set(node["inputs"]) <= {i.id for i in accepted}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_both_forms_of_a_workflow_become_the_same(name):
    through_prompt = tool.converted(as_prompt(WORKFLOWS[name], KNOWN), core=True)[0]
    through_file = as_prompt(converted(name)[0], KNOWN)
    kinds = sorted(node["class_type"] for node in through_prompt.values())
    assert kinds == sorted(node["class_type"] for node in through_file.values())
    for number in through_prompt.keys() & through_file.keys():
        assert literals(through_prompt[number]) == literals(through_file[number])


def literals(node):
    return {name: value for name, value in node["inputs"].items() if not isinstance(value, list)}


def held(name):
    (found,) = manners(name)
    return found.schedule.course.keyframes


def test_strength_range_mask_and_batches_arrive():
    (found,) = manners("apply")
    schedule = found.schedule
    assert (schedule.strength, schedule.start_percent, schedule.end_percent) == (0.8, 0.0, 0.9)
    assert found.mask is not None and found.options.fit.batching == "hold"
    assert manners("apply_older")[0].mask is None


def test_timestep_keyframes_arrive_with_everything_they_have():
    first, second, third = held("timestep_keyframe")
    assert first == Keyframe(0.1, 0.6, guaranteed=1)
    assert (second.start, second.guaranteed, second.others, second.images) == (0.25, 2, 0.5, ((-1, 0.7),))
    assert second.weights == LayerWeights(SCALED, 0.825, uncond=0.5) and second.mask is not None
    assert third == Keyframe(0.6, 0.4, others=0.25, guaranteed=1)


@pytest.mark.parametrize("name", ["loader", "loader_older"])
def test_keyframes_at_the_loader_stay_there(name):
    assert held(name) == (Keyframe(0.4, 0.3, guaranteed=1),)


def test_ramps_and_lists_of_keyframes_arrive():
    frames = held("timestep_keyframe_interpolation")
    assert len(frames) == 7 and (frames[0].start, frames[-1].strength) == (pytest.approx(0.1), pytest.approx(0.1))
    assert held("timestep_keyframe_from_list") == (Keyframe(pytest.approx(0.3), 0.35, guaranteed=1),)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("latent_keyframe", {-1: 0.4, 0: 0.9}),
        ("latent_keyframe_group", {0: 0.9, 1: 0.5, 2: 0.1}),
        ("latent_keyframe_timing", {0: 1.0, 1: 0.325, 2: 0.1}),
        ("latent_keyframe_list", {0: 0.35}),
    ],
)
def test_latent_keyframes_arrive(name, expected):
    (found,) = manners(name)
    assert dict(found.images) == pytest.approx(expected)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("default_weights", LayerWeights(middle=0.25)),
        ("scaled_soft_weights", LayerWeights(SCALED, 0.825, uncond=0.5)),
        ("soft_weights", LayerWeights(values=COUNTED, uncond=0.6, adapts=True)),
        ("custom_weights", LayerWeights(values=COUNTED, uncond=0.6, adapts=True)),
        ("soft_weights_older", LayerWeights(values=COUNTED, uncond=0.6, adapts=True)),
        ("custom_weights_older", LayerWeights(values=COUNTED, uncond=0.6, adapts=True)),
        *(
            (f"adapter_{kind}", LayerWeights(values=SOFT_ADAPTER, adapts=True))
            for kind in ("soft_weights", "custom_weights", "soft_weights_older", "custom_weights_older")
        ),
    ],
)
def test_weights_arrive(name, expected):
    assert manners(name)[0].weights == expected


def reaching(name, wanted, workflow=None, **given):
    """The inputs of a node of the converted workflow."""
    workflow = workflow or converted(name)[0]
    return run(as_prompt(workflow, KNOWN), wanted, KNOWN, sources(name, "", given))


def test_weights_for_flux_arrive():
    given = reaching("flux_weights", "ArmatureApplyControl", ArmatureLoadControl=lambda **_: (None,))["weights"]
    assert given == LayerWeights(values=tuple(n / 20 for n in range(19)), uncond=0.6, adapts=True)


def test_shakkers_types_arrive():
    control = reaching("union_shakker", "ArmatureApplyControl", ArmatureLoadControl=lambda **_: (flux_control(7),))
    assert control["control_net"].extra_args == {"control_type": [6]}


def test_masks_beside_the_hint_arrive_as_cores_node_gives_them():
    def control(workflow):
        loader = dict.fromkeys(("ControlNetLoader", "ArmatureLoadControl"), lambda **_: (concatenating(),))
        vae = {"ArmatureLoadPracticeModel": lambda **_: ("model", "clip", "vae")}
        return reaching("core_inpainting", "KSampler", workflow, **loader, **vae)["negative"][0][1]["control"]

    found, expected = (control(one) for one in (None, WORKFLOWS["core_inpainting"]))
    torch.testing.assert_close(found.cond_hint_original, expected.cond_hint_original, rtol=0, atol=0)
    torch.testing.assert_close(found.extra_concat_orig, expected.extra_concat_orig, rtol=0, atol=0)
    assert expected.extra_concat_orig[0].min() < 0.5 < expected.extra_concat_orig[0].max()
    applied = found.manner.schedule
    assert (applied.strength, applied.start_percent, applied.end_percent) == (0.8, 0.0, 0.9)
    assert found.inner.vae == expected.vae == "vae"


def test_weights_through_the_shortcut_are_a_keyframe():
    (frame,) = held("scaled_soft_weights_older")
    assert frame.weights == LayerWeights(SCALED, 0.7)


def test_masked_weights_arrive():
    pixels = manners("masked_soft_weights")[0].weights.base_mask.pixels
    assert (pixels.min(), pixels.max()) == (pytest.approx(0.2), pytest.approx(0.9))


def test_what_is_ignored_is_told_with_the_reason():
    report = "\n".join(converted("scaled_soft_weights_older")[1])
    assert "flip_weights (True) is ignored: it has had no effect" in report
    assert "model is connected and ignored: the control is bound" in "\n".join(converted("loader_diff")[1])
    assert "values are in other nodes" in "\n".join(converted("default_weights")[1])


def test_a_model_that_is_handed_on_goes_around_our_node():
    found = as_prompt(converted("apply_older")[0], KNOWN)
    (sampler,) = (node for node in found.values() if node["class_type"] == "KSampler")
    assert found[sampler["inputs"]["model"][0]]["class_type"] == "ArmatureLoadPracticeModel"


def test_a_loader_with_a_type_becomes_two_nodes():
    found = {node["class_type"]: node["inputs"] for node in as_prompt(converted("plus_plus_single")[0], KNOWN).values()}
    assert found["ArmatureUnionType"]["type"] == "canny/lineart/anime_lineart/mlsd"
    assert found["ArmatureLoadControl"]["name"] == "practice_union.safetensors"


def test_subgraphs_are_converted_and_keep_their_sides():
    """A keyframe inside, whose strength is shown outside."""
    keyframe = {
        "id": 7,
        "type": "TimestepKeyframe",
        "inputs": [{"name": "prev_timestep_kf", "link": None}, {"name": "cn_weights", "link": 1}],
        "outputs": [{"name": "TIMESTEP_KF", "links": [2]}],
        "widgets_values": [0.2, 0.7, 0.0, True, 1],
    }
    definition = {
        "id": "inside",
        "nodes": [keyframe],
        "inputs": [{"name": "w", "linkIds": [1]}],
        "outputs": [{"name": "k", "linkIds": [2]}],
        "links": [
            {
                "id": 1,
                "origin_id": -10,
                "origin_slot": 0,
                "target_id": 7,
                "target_slot": 1,
                "type": "CONTROL_NET_WEIGHTS",
            },
            {
                "id": 2,
                "origin_id": 7,
                "origin_slot": 0,
                "target_id": -20,
                "target_slot": 0,
                "type": "TIMESTEP_KEYFRAME",
            },
        ],
    }
    outside = {"id": 3, "type": "inside", "properties": {"proxyWidgets": [["7", "strength"], ["7", "guarantee_steps"]]}}
    workflow = {"nodes": [outside], "links": [], "definitions": {"subgraphs": [definition]}}
    found, _ = saved.convert(workflow, RULES, specification())
    (inside,) = found["definitions"]["subgraphs"]
    (node,) = inside["nodes"]
    assert node["type"] == "ArmatureKeyframe" and node["widgets_values"][:2] == [0.2, 0.7]
    weights = [slot["name"] for slot in node["inputs"]].index("weights")
    assert inside["links"][0]["target_slot"] == weights and node["inputs"][weights]["link"] == 1
    assert inside["inputs"][0]["linkIds"] == [1] and inside["outputs"][0]["linkIds"] == [2]
    assert found["nodes"][0]["properties"]["proxyWidgets"] == [["7", "strength"], ["7", "guarantee_steps"]]


def test_a_widget_that_was_turned_into_an_input_stays_connected():
    workflow = deepcopy(WORKFLOWS["apply_single"])
    (apply,) = (node for node in workflow["nodes"] if node["type"] in RULES and "Apply" in node["type"])
    apply["inputs"].append({"name": "strength", "type": "FLOAT", "link": 99, "widget": {"name": "strength"}})
    workflow["nodes"].append(
        {
            "id": 50,
            "type": "PrimitiveFloat",
            "inputs": [],
            "outputs": [{"name": "FLOAT", "links": [99]}],
            "widgets_values": [0.3],
        }
    )
    workflow["links"].append([99, 50, 0, apply["id"], len(apply["inputs"]) - 1, "FLOAT"])
    found = as_prompt(tool.converted(workflow)[0], KNOWN)
    assert found[str(apply["id"])]["inputs"]["strength"] == ["50", 0]


def test_the_tool_writes_beside_the_workflow_and_reports(tmp_path, capsys):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(WORKFLOWS["mixed_chain"]))
    tool.main([str(path)])
    written = json.loads((tmp_path / "mine.armature.json").read_text())
    assert not {node["type"] for node in written["nodes"]} & {"ACN_AdvancedControlNetApply_v2"}
    assert "ACN_AdvancedControlNetApply_v2 -> ArmatureApplyControl" in capsys.readouterr().out


def test_absorbed_nodes_have_widgets_to_absorb():
    assert all(rule.widgets for rule in RULES.values() if isinstance(rule, Absorbed))
