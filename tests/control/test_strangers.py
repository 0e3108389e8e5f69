"""Every file is one thing: one layout of ours, or one kind of stranger, and its name is said."""

import random
import re

import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.checkpoint import Checkpoint
from armature.control.strangers import STRANGERS, name_stranger, strangers_like
from armature.errors import UnknownArchitecture

from .manifests import ADAPTERS, CONTROL_LORAS, CONTROLNETS, INTERLEAVED, MANIFESTS, UNIONS, checkpoint
from .near_misses import IN_CORE, NEAR_MISSES

ALL = list(discovery.declared(architectures, Architecture).values())
LAYOUTS = [(kind, keys) for kind, layouts in NEAR_MISSES.items() for keys in layouts]
PUBLISHED = {name: checkpoint(name) for name in MANIFESTS}
CONTROLS = [
    name for name in MANIFESTS if name.startswith("control") or (name.startswith("t2i") and "style" not in name)
]


def made(keys):
    return Checkpoint({key: torch.zeros(1) for key in keys}, "mine.safetensors")


def kinds(file):
    return {kind.what for kind in strangers_like(file)}


def layouts(file):
    return [(a.id, layout.name) for a in ALL for layout in a.layouts if not layout.signature.mismatches(file)]


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_published_file_is_exactly_one_thing(name):
    file = PUBLISHED[name]
    ours = layouts(file)
    assert len(ours) == 1 or (not ours and len(kinds(file)) == 1)


@pytest.mark.parametrize("name", CONTROLNETS + ADAPTERS + INTERLEAVED + UNIONS + CONTROL_LORAS)
def test_control_files_are_ours_in_any_order_of_architectures(name):
    file, found = PUBLISHED[name], layouts(PUBLISHED[name])
    for seed in range(5):
        architecture, layout = detect(file, random.Random(seed).sample(ALL, len(ALL)))
        assert found == [(architecture.id, layout.name)]


@pytest.mark.parametrize("name", [name for name in MANIFESTS if name not in CONTROLS])
def test_no_other_published_file_is_taken_for_one_of_ours(name):
    with pytest.raises(UnknownArchitecture, match=re.escape(name)):
        detect(PUBLISHED[name], ALL)
    said = name_stranger(PUBLISHED[name])
    assert "style adapter" in said if name == "t2i_style" else "the network of a preprocessor" in said


@pytest.mark.parametrize("kind, keys", LAYOUTS, ids=lambda value: value if isinstance(value, str) else value[0])
def test_near_misses_are_called_by_their_name_alone(kind, keys):
    file = made(keys)
    assert layouts(file) == []
    assert len(kinds(file)) == 1 and kinds(file).pop().startswith(kind)
    said = name_stranger(file)
    assert said.startswith(f"mine.safetensors is {kind}") and re.search(r"\. .*\.$", said)
    assert not any(stranger.in_core for stranger in strangers_like(file))


@pytest.mark.parametrize("base", IN_CORE)
def test_what_core_alone_runs_is_told_from_its_keys(base):
    file = made(IN_CORE[base])
    assert layouts(file) == []
    assert len(kinds(file)) == 1 and base in kinds(file).pop()
    assert all(stranger.in_core for stranger in strangers_like(file))


def test_a_transformer_control_that_core_does_not_know():
    file = made(["controlnet_blocks.0.weight", "blocks.0.attn.weight"])
    assert "that ComfyUI does not know" in name_stranger(file)
    assert not any(stranger.in_core for stranger in strangers_like(file))


def test_what_nobody_knows_has_no_name():
    assert name_stranger(made(["x"])) is None


def test_every_kind_has_a_test_or_a_published_file():
    files = [*map(made, (keys for _, keys in LAYOUTS)), *map(made, IN_CORE.values()), *PUBLISHED.values()]
    seen = {id(kind) for file in files for kind in strangers_like(file)}
    untested = [kind for kind in STRANGERS if id(kind) not in seen]
    assert {kind.what for kind in untested} <= {
        "a difference ControlNet",
        "a control network for a diffusion transformer that ComfyUI does not know",
    }
