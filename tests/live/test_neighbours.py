"""Against a live server: shared workflows draw with our nodes what they drew with theirs.

Of ComfyUI's own nodes both run. Other packs' are missing: the server opens them as ours, and what theirs drew is
recorded.
"""

import json
from copy import deepcopy

import numpy as np
import pytest
from safetensors.torch import load_file

from armature.compatibility.convert import converted
from armature.host.practice import WEIGHTS

from ..compatibility.recorded import LEVELS, RECORDED, apart
from ..compatibility.workflows import RULES, WORKFLOWS, sent
from ..control.architectures.tiny_relative import control_lora

LORA = "low_rank.safetensors"
ELSEWHERE = {
    "core_inpainting": "what lays a mask beside its hint is for SD3 and Flux, which the practice model is not",
    "union_shakker": "its types are of Flux",
    "flux_weights": "its blocks are of Flux",
}
CORE = [name for name in WORKFLOWS if name.startswith("core_") and name not in ELSEWHERE]
VISIBLE = 8  # levels of 255, by which a control changes an image at the least
BY_HAND = {
    "14": ("ArmatureSchedule", {"text": "0:0, 0.16:1, 0.66:0", "interpolation": "step", "basis": "steps"}),
    "12": (
        "ArmatureLoadControl",
        {"name": "practice_canny_lllite.safetensors", "dtype": "auto", "global_pooling": "auto"},
    ),
    "13": (
        "ArmatureApplyControl",
        {"positive": ["2", 0], "negative": ["3", 0], "control_net": ["12", 0], "image": ["8", 0], "strength": 0.8}
        | {"schedule": ["14", 0], "start_percent": 0.0, "end_percent": 1.0},
    ),
}  # 20 to 70 % of 6 steps, as ControlNet-LLLite-ComfyUI counts them: those from the second to the fourth


@pytest.fixture(scope="module")
def lora(server):
    """A Control-LoRA: ComfyUI's loader takes the shape of one from the base, and knows no other network this small."""
    folder = server.base / "models" / "controlnet"
    folder.mkdir(exist_ok=True)
    whole = load_file(WEIGHTS / "controls" / "practice_canny.safetensors")
    save_aligned(control_lora({key: t.float() for key, t in whole.items()}, rank=4), folder / LORA)


def save_aligned(tensors, path):
    """A safetensors file whose weights begin at multiples of 64 bytes: ComfyUI computes with them where they lie, and
    a CPU's kernels add up in another order elsewhere.
    """
    header, begin = {"__metadata__": {"num_head_channels": "16"}}, 0
    for key in sorted(tensors, key=lambda key: tensors[key].numel() % 16):
        end = begin + 4 * tensors[key].numel()
        header[key] = {"dtype": "F32", "shape": list(tensors[key].shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header).encode()
    text += b" " * (-(len(text) + 8) % 64)
    data = b"".join(tensors[key].contiguous().numpy().tobytes() for key in header if key in tensors)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


@pytest.fixture(scope="module")
def prompts(server, lora):
    """What the server is sent, by workflow; ComfyUI's nodes rewritten too, and each kind of image without a control."""
    info = server.get("/object_info")
    found = {name: sent(workflow, info) for name, workflow in WORKFLOWS.items() if name not in ELSEWHERE}
    for name in CORE:
        found[f"{name} with ours"] = converted(found[name], core=True)[0]
        found[f"{name} at 0"] = plain = deepcopy(found[name])
        plain["8"]["inputs"]["strength"] = 0.0
    for images in (1, 2, 3):
        found[f"plain {images}"] = plain = deepcopy(found["core_apply"])
        sampler(plain)["inputs"] |= {"positive": ["2", 0], "negative": ["3", 0]}
        plain["6"]["inputs"]["batch_size"] = images
    found["lllite by hand"] = by_hand = deepcopy(found["lllite"])
    by_hand |= {node: {"class_type": kind, "inputs": inputs} for node, (kind, inputs) in BY_HAND.items()}
    sampler(by_hand)["inputs"] |= {"model": ["1", 0], "positive": ["13", 0], "negative": ["13", 1]}
    del by_hand["7"]
    return found


def sampler(prompt):
    (found,) = (node for node in prompt.values() if node["class_type"] == "KSampler")
    return found


@pytest.fixture(scope="module")
def drawn(server, prompts):
    """The images of every workflow, all run in one prompt."""
    run = server.run(together(prompts))
    assert run.of("execution_success"), run.of("execution_error")
    assert run.texts and all("of 6 steps" in text for text in run.texts.values())
    found = {node.partition("/")[0]: np.stack(batch) for node, batch in run.batches.items()}
    assert found.keys() == prompts.keys()
    return found


def together(prompts):
    """One prompt for all; nodes that all have alike are run once."""
    first, *others = prompts.values()
    shared = {node for node, it in first.items() if all(other.get(node) == it for other in others)}
    found = {node: first[node] for node in shared}
    for name, prompt in prompts.items():
        for node in prompt.keys() - shared:
            inputs = prompt[node]["inputs"].items()
            moved = {
                i: [f"{name}/{v[0]}", v[1]] if isinstance(v, list) and v[0] not in shared else v for i, v in inputs
            }
            found[f"{name}/{node}"] = {**prompt[node], "inputs": moved}
    return found


def controlled(images, drawn):
    return apart(images, drawn[f"plain {len(images)}"]) > VISIBLE


def test_every_workflow_is_drawn_and_compared_or_has_a_reason():
    assert {*RECORDED, *CORE, "plus_plus_single", "lllite", *ELSEWHERE} == WORKFLOWS.keys()


@pytest.mark.parametrize("name", RECORDED)
def test_a_workflow_of_a_missing_pack_draws_what_that_drew(drawn, name):
    assert apart(drawn[name], RECORDED[name]) <= LEVELS
    assert controlled(drawn[name], drawn)


@pytest.mark.parametrize("name", CORE)
def test_a_workflow_of_cores_nodes_draws_the_same_with_ours(prompts, drawn, name):
    assert not {node["class_type"] for node in prompts[f"{name} with ours"].values()} & RULES.keys()
    assert apart(drawn[f"{name} with ours"], drawn[name]) == 0
    assert apart(drawn[f"{name} at 0"], drawn[name]) > VISIBLE


def test_a_loader_with_a_type_draws_what_cores_union_type_draws(drawn):
    assert apart(drawn["plus_plus_single"], drawn["core_union"]) == 0


def test_a_control_on_a_model_draws_what_it_draws_on_prompts(drawn):
    assert apart(drawn["lllite"], drawn["lllite by hand"]) == 0
    assert controlled(drawn["lllite"], drawn)
