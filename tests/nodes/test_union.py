"""The Union nodes: what they offer, and how their flat inputs become rows."""

import pytest
import torch

from armature.control.architectures.controlnet_union import TYPES
from armature.errors import MissingInput
from armature.host import union
from armature.nodes.apply_union import ApplyUnion
from armature.nodes.union_type import UnionType

ARGUMENTS = {
    "positive": [],
    "control_net": None,
    "strength": 0.5,
    "start_percent": 0.1,
    "end_percent": 0.9,
    "mathematics": "reference",
}


@pytest.fixture
def applied(monkeypatch):
    """The arguments that the node hands on."""
    seen = []
    monkeypatch.setattr(union, "apply_union", lambda *given: (seen.append(given), ("positive", "negative"))[1])
    return seen


def test_rows_without_an_image_are_left_out(applied):
    one, three = torch.zeros(1, 8, 8, 3), torch.ones(1, 8, 8, 3)
    rows = {f"type_{n}": TYPES[n] for n in range(1, 5)} | {f"strength_{n}": n / 4 for n in range(1, 5)}
    out = ApplyUnion.execute(**ARGUMENTS, **rows, image_1=one, image_2=None, image_3=three)
    assert tuple(out.args) == ("positive", "negative")
    positive, negative, control, given, *rest = applied[0]
    assert (positive, negative, control, rest) == ([], None, None, [0.5, (0.1, 0.9), "reference"])
    assert [(row.type, row.strength) for row in given] == [(TYPES[1], 0.25), (TYPES[3], 0.75)]
    assert given[0].image is one and given[1].image is three


def test_an_image_alone_is_of_the_first_type_at_full_strength(applied):
    ApplyUnion.execute(**ARGUMENTS, image_4=torch.zeros(1, 8, 8, 3))
    (row,) = applied[0][3]
    assert (row.type, row.strength) == (TYPES[0], 1.0)


def test_without_any_image_it_says_so():
    with pytest.raises(MissingInput, match="no image"):
        ApplyUnion.execute(**ARGUMENTS, type_1="depth", strength_1=1.0)


def test_inputs_are_for_ever():
    names = [i.id for i in ApplyUnion.GET_SCHEMA().inputs]
    assert names[:7] == [*ARGUMENTS, "negative"]
    assert names[7:19] == [f"{name}_{n}" for n in range(1, 5) for name in ("image", "type", "strength")]
    assert [i.id for i in UnionType.GET_SCHEMA().inputs] == ["control_net", "type"]


def test_defaults_are_cores():
    inputs = {i.id: i for i in (*ApplyUnion.GET_SCHEMA().inputs, *UnionType.GET_SCHEMA().inputs)}
    assert inputs["mathematics"].default == "core" and inputs["type"].default == "auto"
    assert inputs["type_1"].options == list(TYPES)
