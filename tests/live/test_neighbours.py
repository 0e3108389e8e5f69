"""Against a live server: shared workflows draw the same image with our nodes in the place of theirs.

Of ComfyUI's own nodes both run and are compared. Advanced-ControlNet's are missing: the server opens them as ours, and
the image is that of a graph written by hand.
"""

import numpy as np
import pytest
from comfy_cli.workflow_to_api import convert_ui_to_api
from safetensors.torch import load_file, save_file

from armature.compatibility.convert import converted
from armature.host.practice import WEIGHTS

from ..compatibility.workflows import RULES, WORKFLOWS
from ..control.architectures.tiny_relative import control_lora

CANNY, UNION, LORA = "practice_canny.safetensors", "practice_union.safetensors", "low_rank.safetensors"
CORE = {"core_apply": 0, "core_apply_advanced": 1, "core_apply_sd3": 1}  # levels apart, of 255
STEPS = 6
KINDS = {bool: "BOOLEAN", int: "INT", float: "FLOAT", str: "STRING"}


@pytest.fixture(scope="module")
def lora(server):
    """A Control-LoRA: ComfyUI's loader takes the shape of one from the base, and knows no other network this small."""
    folder = server.base / "models" / "controlnet"
    folder.mkdir(exist_ok=True)
    whole = load_file(WEIGHTS / "controls" / CANNY)
    save_file(control_lora({k: v.float() for k, v in whole.items()}), folder / LORA, {"num_head_channels": "16"})


@pytest.fixture(scope="module")
def info(server):
    return server.get("/object_info")


def prompt_of(info, name):
    """The saved workflow as the frontend sends it, its second image saved too; theirs with the inputs they have."""
    workflow = WORKFLOWS[name]
    missing = {node["type"]: node["widgets_values"] for node in workflow["nodes"] if node["type"] not in info}
    prompt = convert_ui_to_api(workflow, info | {kind: stub(kind, values) for kind, values in missing.items()})
    (save,) = (node for node in prompt.values() if node["class_type"] == "SaveImage")
    image = {
        "class_type": "ImageFromBatch",
        "inputs": {"image": save["inputs"]["images"], "batch_index": 1, "length": 1},
    }
    shown = {"class_type": "PreviewImage", "inputs": {"images": ["second", 0]}}
    return {**prompt, "second": image, "shown": shown}


def stub(kind, values):
    """What the frontend knows of a node that is missing: its widgets."""
    widgets = dict(zip(RULES[kind].widgets, values))
    required = {name: [KINDS[type(value)], {}] for name, value in widgets.items()}
    return {"name": kind, "input": {"required": required}, "input_order": {"required": list(required)}, "output": []}


def kinds(prompt):
    return {node["class_type"] for node in prompt.values()}


def drawn(server, prompt):
    run = server.run(prompt)
    assert run.of("execution_success"), run.of("execution_error")
    return run


def apart(one, other):
    """The largest difference in any image, in levels of 255."""
    assert one.images.keys() == other.images.keys()
    return max(int(np.abs(one.images[node].astype(int) - other.images[node]).max()) for node in one.images)


@pytest.mark.parametrize("name", CORE)
def test_a_workflow_of_cores_nodes_draws_the_same_with_ours(server, info, lora, name):
    prompt = prompt_of(info, name)
    prompt["7"] = {"class_type": "ControlNetLoader", "inputs": {"control_net_name": LORA}}
    if name == "core_apply_sd3":
        prompt["8"]["inputs"]["vae"] = ["1", 2]
    found, _ = converted(prompt, core=True)
    assert {"ArmatureLoadControl", "ArmatureApplyControl"} <= kinds(found) and not kinds(found) & RULES.keys()
    expected = drawn(server, prompt)
    assert apart(drawn(server, found), expected) <= CORE[name]
    prompt["8"]["inputs"]["strength"] = 0.0
    assert apart(drawn(server, prompt), expected) > 8


def test_cores_union_type_and_ours_draw_the_same(server, info):
    prompt = prompt_of(info, "core_apply_advanced")
    prompt["7"]["inputs"]["name"] = UNION
    typed = {"class_type": "SetUnionControlNetType", "inputs": {"control_net": ["7", 0], "type": "depth"}}
    prompt["typed"], prompt["8"]["inputs"]["control_net"] = typed, ["typed", 0]
    found, _ = converted(prompt, core=True)
    assert "ArmatureUnionType" in kinds(found) and not kinds(found) & RULES.keys()
    expected = drawn(server, prompt)
    assert apart(drawn(server, found), expected) == 0
    prompt["typed"]["inputs"]["type"] = "canny/lineart/anime_lineart/mlsd"
    assert apart(drawn(server, prompt), expected) > 8


LOAD = "ArmatureLoadControl", {"name": CANNY}
SOFT = (  # Advanced-ControlNet's: 0.825 to the power of the distance from the middle block
    "ArmatureBlockWeights",
    {
        "values": ", ".join(repr(0.825 ** (12 - block)) for block in range(13)),
        "uncond_multiplier": 0.5,
    },
)


def applied(control, strength, end, start=0.0, pair=(("2", 0), ("3", 0)), **more):
    positive, negative = map(list, pair)
    common = {"positive": positive, "negative": negative, "control_net": [control, 0], "image": ["5", 0]}
    return "ArmatureApplyControl", {**common, "strength": strength, "start_percent": start, "end_percent": end, **more}


def keyframe(start, strength, others=0.0, guarantee=1, **more):
    values = {"start": start, "strength": strength, "other_images": others, "guarantee_steps": guarantee}
    return "ArmatureKeyframe", {**values, **more}


BY_HAND = {
    "apply": {"8": LOAD, "9": applied("8", 0.8, 0.9, mask=["7", 0])},
    "scaled_soft_weights": {"7": SOFT, "8": LOAD, "9": applied("8", 0.8, 0.9, weights=["7", 0])},
    "timestep_keyframe": {
        "7": SOFT,
        "8": ("ArmatureLatentStrength", {"image": -1, "strength": 0.7}),
        "10": keyframe(0.1, 0.6),
        "11": keyframe(0.25, 1.0, 0.5, 2, previous=["10", 0], weights=["7", 0], images=["8", 0], mask=["9", 0]),
        "12": keyframe(0.6, 0.4, 0.25, previous=["11", 0]),
        "13": LOAD,
        "14": applied("13", 0.8, 0.9, schedule=["12", 0]),
    },
    "mixed_chain": {
        "7": LOAD,
        "8": SOFT,
        "9": applied("7", 0.6, 1.0, weights=["8", 0]),
        "10": LOAD,
        "12": applied("10", 0.5, 0.8, 0.2, (("9", 0), ("9", 1)), mask=["11", 0]),
    },
    "mixed_with_core": {
        "7": LOAD,
        "8": keyframe(0.3, 0.5),
        "9": applied("7", 0.6, 1.0, schedule=["8", 0]),
        "10": LOAD,
        "11": applied("10", 0.5, 0.6, pair=(("9", 0), ("9", 1))),
    },
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_workflow_of_a_missing_pack_draws_what_a_graph_by_hand_draws(server, info, name):
    prompt = prompt_of(info, name)
    by_hand = {node: filled(info, *given) for node, given in BY_HAND[name].items()}
    missing = {node for node, it in prompt.items() if it["class_type"] not in info}
    assert missing and missing <= by_hand.keys()
    expected, found = drawn(server, prompt | by_hand), drawn(server, prompt)
    assert apart(found, expected) == 0
    assert all(f"of {STEPS} steps" in text for text in expected.texts.values())
    ours = expected.texts.keys() & missing
    assert ours and {node: steps(found, node) for node in ours} == {node: steps(expected, node) for node in ours}


def steps(run, node):
    """What Apply Control told, without the time it took."""
    return run.texts[node].rpartition(",")[0]


def filled(info, kind, inputs):
    """A node with the defaults of what is not given."""
    required = info[kind]["input"]["required"].items()
    defaults = {name: spec[1]["default"] for name, spec in required if "default" in spec[1]}
    return {"class_type": kind, "inputs": {**defaults, **inputs}}
