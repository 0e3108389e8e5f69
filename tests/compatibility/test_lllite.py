"""LLLiteLoader of ControlNet-LLLite-ComfyUI becomes Load Control and Apply Control to Model.

Set CONTROLNET_LLLITE to a folder with that pack to compare the images.
"""

import os
import sys
from copy import deepcopy
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from armature.compatibility import workflow as saved
from armature.compatibility.declare import Old
from armature.compatibility.packs.lllite import steps_of
from armature.compatibility.specification import specification
from armature.control.architecture import detect
from armature.control.architectures.lllite import LLLITE
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.host.loading import hosted

from ..control.architectures import test_lllite
from .workflows import RULES, WORKFLOWS, as_prompt, classes, latent, run, sources

FOLDER = os.environ.get("CONTROLNET_LLLITE")
NAMES = [f"lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_{p}" for p in "qkv"]
MIDDLE = "lllite_unet_middle_block_1_transformer_blocks_0_attn2_to_q"
WEIGHTS = test_lllite.weights({**dict.fromkeys(NAMES, 64), MIDDLE: 128}, {**dict.fromkeys(NAMES, 2), MIDDLE: 3})


def load(name, **_):
    file = Checkpoint({key: value.clone() for key, value in WEIGHTS.items()}, name)
    architecture, layout = detect(file, [LLLITE])
    return (hosted(architecture.load(file, layout, Backend()), torch.float32),)


def counted(steps, start, end):
    workflow = deepcopy(WORKFLOWS["lllite"])
    (loader,) = (node for node in workflow["nodes"] if node["type"] == "LLLiteLoader")
    loader["widgets_values"][1:] = [10.0, steps, start, end]
    return workflow


def sampled(workflow, known):
    given = sources("lllite", "", {"ArmatureLoadControl": load})
    return latent(run(as_prompt(workflow, known), "KSampler", known, given))


def ours(workflow):
    return saved.convert(workflow, RULES, specification())


@pytest.mark.parametrize(
    "count, text",
    [
        ((0, 20.0, 70.0), ""),
        ((6, 0.0, 0.0), ""),
        ((6, 0.0, 100.0), ""),
        ((10, 0.0, 55.0), "0:1, 0.5:0"),
        ((10, 29.0, 0.0), "0:0, 0.2:1"),
        ((10, 20.0, 70.0), "0:0, 0.2:1, 0.7:0"),
        ((10, 50.0, 55.0), "0:0"),
    ],
)
def test_counted_steps_become_a_schedule(count, text):
    assert steps_of(Old("LLLiteLoader", dict(zip(("steps", "start_percent", "end_percent"), count)))) == text


def test_connected_counts_are_ignored_and_told():
    old = Old("LLLiteLoader", {"model_name": "a", "steps": 6}, frozenset({"model", "cond_image", "end_percent"}))
    found = RULES["LLLiteLoader"].convert(old)
    assert len(found.nodes) == 2 and any("end_percent is connected and ignored" in note for note in found.notes)


def test_the_converted_workflow_acts_in_the_steps_that_theirs_counts():
    found, report = ours(counted(6, 20.0, 70.0))
    assert any("put it into models/controlnet" in line for line in report)
    part, whole, none = (
        sampled(one, classes()) for one in (found, ours(counted(0, 0, 0))[0], ours(counted(6, 50.0, 55.0))[0])
    )
    assert not torch.allclose(part, whole) and not torch.allclose(part, none)


@pytest.mark.skipif(not FOLDER, reason="CONTROLNET_LLLITE names no folder with that pack")
@pytest.mark.parametrize("count", [(0, 0.0, 0.0), (6, 20.0, 70.0), (6, 0.0, 50.0), (6, 40.0, 0.0)])
def test_it_draws_what_their_node_draws(tmp_path, count):
    spec = spec_from_file_location("lllite_peer", Path(FOLDER) / "__init__.py", submodule_search_locations=[FOLDER])
    sys.modules["lllite_peer"] = pack = module_from_spec(spec)
    spec.loader.exec_module(pack)
    save_file(WEIGHTS, tmp_path / "lllite.safetensors")
    theirs, known = counted(*count), classes(**pack.NODE_CLASS_MAPPINGS)
    (loader,) = (node for node in theirs["nodes"] if node["type"] == "LLLiteLoader")
    loader["widgets_values"][0] = str(tmp_path / "lllite.safetensors")
    with torch.no_grad():
        expected, found = sampled(theirs, known), sampled(ours(counted(*count))[0], classes())
    plain = sampled(ours(counted(6, 50.0, 55.0))[0], classes())
    effect, difference = ((one - expected).abs().max().item() for one in (plain, found))
    print(f"{count}: differs by {difference:.2e}, where control changes {effect:.2e} of {expected.abs().max():.1f}")
    assert difference == 0.0 and effect > 0.01
