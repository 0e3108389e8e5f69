"""The union stage: what it starts from, and which maps it shows."""

import pytest
import torch

from armature.control.architecture import detect
from armature.control.architectures.controlnet_union import CONTROLNET_UNION, TYPES
from armature.control.checkpoint import Checkpoint
from armature.host.loading import load_control
from armature.practice.training.base import Bucket
from armature.practice.training.examples import Examples
from armature.practice.training.known import Known
from armature.practice.training.union import HINTS, PAIRS, new_union, pick, published_names, some_types

DEPTH, SCRIBBLE, CANNY, SEGMENTS = HINTS


class Pictures(Bucket):
    """A bucket without latents."""

    def __init__(self, folder):
        self.examples, self.batch = Examples(folder, side=32, count=24), 40


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return Pictures(tmp_path_factory.mktemp("pictures"))


def test_it_starts_as_the_published_controlnet():
    union, canny = new_union(), load_control("practice_canny.safetensors").model
    typed, hint = union.typed([DEPTH]), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(typed.encode(hint), canny.to(torch.float32).encode(hint), rtol=0, atol=0)


def test_its_names_are_those_of_a_published_union():
    union = new_union()
    file = Checkpoint(published_names(union), "union.safetensors")
    architecture, layout = detect(file, [CONTROLNET_UNION])
    assert architecture is CONTROLNET_UNION and layout.name == "original"
    assert union.types == TYPES[:6] and set(HINTS) < set(range(6))


def test_every_type_is_shown_alone_and_with_every_other():
    shown = [some_types(seeded(step)) for step in range(600)]
    assert {frozenset(types) for types in shown} == {frozenset((a, b)) for a in HINTS for b in HINTS}
    assert sum(len(types) == 2 for types in shown) / 600 == pytest.approx(PAIRS, abs=0.06)


@pytest.mark.parametrize(
    "types, photographs", [([CANNY, SCRIBBLE], True), ([CANNY, DEPTH], False), ([SEGMENTS], False)]
)
def test_photographs_are_shown_where_a_map_can_be_made_of_them(pictures, types, photographs):
    known = Known(pictures.examples)
    chosen = pick(pictures, known, types, seeded(0))
    assert len(chosen) == pictures.batch
    assert any(pictures.examples.captions[i].startswith("a photo") for i in chosen) is photographs


@pytest.mark.parametrize("number", HINTS)
def test_hints_are_maps_of_the_scenes(pictures, number):
    scenes = Known(pictures.examples).scenes(list(range(24)))
    first, again, *others = (HINTS[number](scenes, seeded(seed)) for seed in (0, 0, 1, 2))
    assert first.shape == (24, 3, 32, 32) and 0 <= first.amin() < 0.1 and 0.8 < first.amax() <= 1
    assert torch.equal(first, again)
    assert all(torch.equal(first, other) for other in others) is (number in (DEPTH, SEGMENTS))
