"""Beside the real Advanced-ControlNet: the same images from its nodes, from ours, and from both together.

Set ADVANCED_CONTROLNET to a folder with that pack to run these.
"""

import asyncio
import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import torch

from armature.compatibility import workflow as saved
from armature.compatibility.specification import specification

from . import recorded
from .workflows import RULES, WORKFLOWS, as_prompt, classes, core_control, latent, our_loader, run, sources

FOLDER = os.environ.get("ADVANCED_CONTROLNET")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ADVANCED_CONTROLNET names no folder with that pack")
LOADERS = [name for name in RULES if "Loader" in name and "++" not in name]
APPLIES = [name for name in RULES if "Apply" in name and "ControlNet" in name]
ELSEWHERE = ("core_", "plus_plus", "union_", "flux_", "lllite")
NAMES = [name for name in WORKFLOWS if not name.startswith(ELSEWHERE)]
LIST_OF_ONE = "latent_keyframe_list"  # theirs takes a single number for none
CLOSE = {"rtol": 1e-4, "atol": 1e-4}  # theirs multiplies one after the other, ours once


@pytest.fixture(scope="module")
def theirs():
    spec = spec_from_file_location("peer", Path(FOLDER) / "__init__.py", submodule_search_locations=[FOLDER])
    sys.modules["peer"] = pack = module_from_spec(spec)
    spec.loader.exec_module(pack)
    nodes = asyncio.run(asyncio.run(pack.comfy_entrypoint()).get_node_list())
    return {cls.GET_SCHEMA().node_id: cls for cls in nodes}


def loaders(ours, core=core_control):
    """Theirs give ComfyUI's control in their dress, or ours as it is."""

    def load(cnet=None, control_net_name=None, name=None, _tk_opt=None, tk_optional=None, **_):
        name = cnet or control_net_name or name
        if ours:
            return our_loader(name)
        convert = sys.modules["peer.adv_control.control"].convert_to_advanced
        return (convert(core(name), timestep_keyframe=_tk_opt or tk_optional),)

    return {"ArmatureLoadControl": our_loader if ours else load, **dict.fromkeys(LOADERS, load)}


def drawn(name, theirs, rules, ours):
    """The latent, after the nodes with a rule have become ours."""
    known = classes(**theirs)
    workflow = saved.convert(WORKFLOWS[name], rules, specification())[0]
    inputs = run(as_prompt(workflow, known), "KSampler", known, sources(name, "", loaders(ours)))
    return latent(inputs), inputs


def test_what_is_recorded_is_what_they_draw(theirs, request):
    given = loaders(False, recorded.core_control) | {"PrimitiveFloat": lambda value: ([value],)}
    known = classes(**theirs)
    drawn = {name: recorded.images(as_prompt(WORKFLOWS[name], known), known, given) for name in NAMES}
    recorded.agree_or_record(drawn, request.config.getoption("record"))


@pytest.mark.parametrize("name", [name for name in NAMES if name != LIST_OF_ONE])
def test_our_nodes_draw_what_theirs_draw(theirs, name):
    expected, given = drawn(name, theirs, {}, ours=False)
    found, _ = drawn(name, theirs, RULES, ours=True)
    torch.testing.assert_close(found, expected, **CLOSE)
    plain = {**given, "positive": bare(given["positive"]), "negative": bare(given["negative"])}
    assert (latent(plain) - expected).abs().max() > 100 * CLOSE["atol"]


def bare(conditioning):
    return [
        [tensor, {key: value for key, value in extras.items() if key != "control"}] for tensor, extras in conditioning
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("loader")])
def test_our_apply_takes_their_objects(theirs, name):
    alone = {kind: rule for kind, rule in RULES.items() if kind in (*LOADERS, *APPLIES)}
    expected, _ = drawn(name, theirs, {}, ours=False)
    found, _ = drawn(name, theirs, alone, ours=True)
    torch.testing.assert_close(found, expected, **CLOSE)


@pytest.mark.parametrize(
    "name",
    [
        "apply",
        "apply_single",
        "apply_older",
        "timestep_keyframe",
        "latent_keyframe_group",
        "masked_soft_weights",
        "soft_weights",
        "adapter_soft_weights",
        "mixed_keyframes",
    ],
)
def test_their_apply_takes_our_control(theirs, name):
    expected, _ = drawn(name, theirs, {}, ours=False)
    found, _ = drawn(name, theirs, {}, ours=True)
    torch.testing.assert_close(found, expected, **CLOSE)
