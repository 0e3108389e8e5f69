"""Against a live server: the first-light workflow as a user runs it, and everything that can go wrong on the way."""

import json
from copy import deepcopy
from itertools import combinations

import numpy as np
import pytest
import torch
from comfy_cli.workflow_to_api import convert_ui_to_api
from PIL import Image
from safetensors.torch import save_file

from ..control.architectures.tiny_controlnet import SD1, weights
from ..quickstart_module import ROOT

WORKFLOW = ROOT / "example_workflows" / "first_light.json"
STEPS = 4
EXAMPLES = sorted(WORKFLOW.parent.glob("*.json"))
APPLY = (
    "ArmatureApplyControl",
    "ArmatureApplyControlStack",
    "ArmatureApplyControlToModel",
    "ArmatureApplyUnion",
)
TITLE = 30  # pixels that a node's title takes above its position


@pytest.fixture(scope="module")
def example(server):
    """The shipped example as the server wants it."""
    return convert_ui_to_api(json.loads(WORKFLOW.read_text()), server.get("/object_info"))


@pytest.fixture
def prompt(example):
    """The example, smaller and shorter."""
    small = deepcopy(example)
    node(small, "KSampler")["inputs"]["steps"] = STEPS
    node(small, "EmptyLatentImage")["inputs"].update(width=128, height=128)
    return small


def node(prompt, kind):
    return prompt[place(prompt, kind)]


def place(prompt, kind):
    (found,) = places(prompt, kind)
    return found


def places(prompt, *kinds):
    return [i for i, it in prompt.items() if it["class_type"] in kinds]


def image(prompt, run):
    return run.images[place(prompt, "SaveImage")]


def test_every_node_is_there_and_none_raises(server):
    info = server.get("/object_info")
    ours = {name for name in info if name.startswith("Armature")}
    assert {"ArmatureLoadControl", "ArmatureApplyControl", "ArmatureCanny", "ArmatureLoadPracticeModel"} <= ours
    controls = info["ArmatureLoadControl"]["input"]["required"]["name"][1]["options"]
    practice = {f"practice_canny{family}.safetensors" for family in ("", "_xs", "_lllite", "_t2i_adapter")}
    assert practice | {"practice_union.safetensors"} <= set(controls)
    log, started, _ = server.log.read_text(errors="replace").partition("Starting server")
    assert started and "[ERROR]" not in log
    assert not [line for line in log.splitlines() if "FAILED" in line and "armature" in line]


def test_the_example_runs_from_end_to_end_with_progress(server, prompt):
    run = server.run(prompt)
    assert run.of("execution_success") and not run.of("execution_error")
    steps = [data["value"] for data in run.of("progress") if data["node"] == place(prompt, "KSampler")]
    assert steps == list(range(1, STEPS + 1))
    assert run.previews[place(prompt, "KSampler")]
    assert image(prompt, run).shape == (128, 128, 3)
    hint = run.images[place(prompt, "PreviewImage")]
    assert set(np.unique(hint)) == {0, 255}


def needed(path):
    """The public models that an example names: (its node's type, the model)."""
    nodes = json.loads(path.read_text())["nodes"]
    return [(node["type"], model) for node in nodes for model in node["properties"].get("models", ())]


def test_there_are_examples_for_every_feature():
    assert len(EXAMPLES) >= 20 and sum(bool(needed(path)) for path in EXAMPLES) >= 2


@pytest.mark.parametrize("path", [path for path in EXAMPLES if not needed(path)], ids=lambda path: path.stem)
def test_an_example_runs_and_its_controls_act(server, path):
    prompt = server.prompt(json.loads(path.read_text()))
    for place in places(prompt, "KSampler", "ArmatureTrainControl"):
        prompt[place]["inputs"]["steps"] = STEPS
    run = server.run(prompt)
    assert run.of("execution_success"), run.of("execution_error")
    told = [run.texts[place] for place in places(prompt, *APPLY)]
    assert all(f"of {STEPS} steps" in text for text in told)
    assert run.images and all(picture.std() > 1 for picture in run.images.values())
    assert bool(told) == bool(places(prompt, "KSampler"))


@pytest.mark.parametrize("path", [path for path in EXAMPLES if needed(path)], ids=lambda path: path.stem)
def test_an_example_for_public_models_lacks_nothing_but_them(server, path):
    prompt = convert_ui_to_api(json.loads(path.read_text()), server.get("/object_info"))
    folders = server.get("/models")
    for kind, model in needed(path):
        assert model["directory"] in folders and model["url"].startswith("https://")
        assert model["url"].endswith("/" + model["name"]) and model["name"] in node(prompt, kind)["inputs"].values()
    del prompt[place(prompt, "PreviewImage")]  # ComfyUI would run it
    answer = server.refused(prompt)
    lacking = {found["class_type"] for found in answer["node_errors"].values()}
    assert lacking == {kind for kind, _ in needed(path)}
    errors = [error for found in answer["node_errors"].values() for error in found["errors"]]
    assert {error["type"] for error in errors} == {"value_not_in_list"}


def test_nodes_of_examples_do_not_overlap():
    for path in EXAMPLES:
        for one, other in combinations(json.loads(path.read_text())["nodes"], 2):
            gaps = [max(a[0], b[0]) - min(a[0] + a[1], b[0] + b[1]) for a, b in zip(extents(one), extents(other))]
            assert max(gaps) >= 0, (path.stem, one["type"], other["type"])


def extents(node):
    """(left, width), (top, height), the title bar included."""
    (x, y), (width, height) = node["pos"], node["size"]
    return (x, width), (y - TITLE, height + TITLE)


def test_strength_zero_equals_no_control_at_all(server, prompt):
    apply, sampler = node(prompt, "ArmatureApplyControl")["inputs"], node(prompt, "KSampler")["inputs"]
    apply["strength"] = 0.0
    silent = image(prompt, server.run(prompt))
    sampler["positive"], sampler["negative"] = apply["positive"], apply["negative"]
    assert np.array_equal(silent, image(prompt, server.run(prompt)))


@pytest.mark.parametrize("family", ["xs", "lllite", "t2i_adapter"])
def test_every_family_draws_and_tells_what_it_did(server, prompt, family):
    node(prompt, "ArmatureLoadControl")["inputs"]["name"] = f"practice_canny_{family}.safetensors"
    controlled = server.run(prompt)
    assert f"{STEPS} of {STEPS} steps" in controlled.texts[place(prompt, "ArmatureApplyControl")]
    node(prompt, "ArmatureApplyControl")["inputs"]["strength"] = 0.0
    assert not np.array_equal(image(prompt, controlled), image(prompt, server.run(prompt)))


def test_an_interrupted_run_leaves_nothing_behind(server, prompt):
    expected = image(prompt, server.run(prompt))
    long = deepcopy(prompt)
    node(long, "KSampler")["inputs"]["steps"] = 400
    stopped = server.run(long, interrupt_at=3)
    assert stopped.of("execution_interrupted")
    assert max(data["value"] for data in stopped.of("progress")) < 400
    assert np.array_equal(image(prompt, server.run(prompt)), expected)


@pytest.mark.parametrize(
    "kind, field, value, error",
    [
        ("ArmatureApplyControl", "strength", 11.0, "value_bigger_than_max"),
        ("ArmatureApplyControl", "start_percent", -0.5, "value_smaller_than_min"),
        ("ArmatureLoadControl", "name", "absent.safetensors", "value_not_in_list"),
        ("ArmatureLoadControl", "name", "../../secret.safetensors", "value_not_in_list"),
        ("ArmatureCanny", "high", 256, "value_bigger_than_max"),
        ("ArmatureApplyControl", "image", None, "required_input_missing"),
    ],
)
def test_bad_values_are_refused_before_running(server, prompt, kind, field, value, error):
    del prompt[place(prompt, "PreviewImage")]  # ComfyUI runs the outputs that a bad value does not reach
    inputs = node(prompt, kind)["inputs"]
    if value is None:
        del inputs[field]
    else:
        inputs[field] = value
    answer = server.refused(prompt)
    assert error in {e["type"] for e in answer["node_errors"][place(prompt, kind)]["errors"]}


def put_control(server, name, content):
    folder = server.base / "models" / "controlnet"
    folder.mkdir(exist_ok=True)
    if isinstance(content, dict):
        save_file(content, folder / name)
    else:
        (folder / name).write_bytes(content)
    server.get("/object_info/ArmatureLoadControl")


@pytest.mark.parametrize(
    "name, content, kind, words",
    [
        ("broken.safetensors", b"\x00" * 99, "ArmatureLoadControl", "broken.safetensors cannot be read"),
        ("lora.safetensors", {"lora_unet_x.lora_up.weight": torch.zeros(1)}, "ArmatureLoadControl", "is a LoRA"),
        ("other.safetensors", weights(SD1), "KSampler", "for a UNet of width 16"),
    ],
)
def test_a_wrong_file_is_told_on_its_node_and_harms_nothing(server, prompt, name, content, kind, words):
    put_control(server, name, content)
    bad = deepcopy(prompt)
    node(bad, "ArmatureLoadControl")["inputs"]["name"] = name
    (error,) = server.run(bad).of("execution_error")
    assert error["node_type"] == kind and words in error["exception_message"]
    assert server.run(prompt).of("execution_success")


def test_a_missing_negative_is_told_where_it_is_used(server, prompt):
    del node(prompt, "ArmatureApplyControl")["inputs"]["negative"]
    (error,) = server.run(prompt).of("execution_error")
    assert "connect its negative input" in error["exception_message"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_its_picture(path):
    picture = path.with_suffix(".jpg")
    assert Image.open(picture).size[0] >= 256 and picture.stat().st_size < 200_000


def test_help_and_examples_are_served(server):
    shipped = {path.stem for path in EXAMPLES}
    assert set(server.get("/workflow_templates")["armature"]) == shipped >= {"first_light", "controlnet_xs"}
    assert "Apply Control" in server.text("/extensions/armature/docs/ArmatureApplyControl.md")


def test_blueprints_are_served_and_made_of_nodes_that_are_there(server):
    shipped = {path.stem: json.loads(path.read_text()) for path in (ROOT / "subgraphs").glob("*.json")}
    served = server.get("/global_subgraphs").values()
    assert len(shipped) >= 5 and set(shipped) <= {entry["name"] for entry in served}
    known = server.get("/object_info")
    for blueprint in shipped.values():
        (host,), (inside,) = blueprint["nodes"], blueprint["definitions"]["subgraphs"]
        assert host["type"] == inside["id"] and all(node["type"] in known for node in inside["nodes"])
        assert [i["name"] for i in host["inputs"]] == [i["name"] for i in inside["inputs"]]
