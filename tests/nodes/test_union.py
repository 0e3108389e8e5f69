"""The Union nodes: what they offer, and how their flat inputs become rows."""

import pytest
import torch
from server import PromptServer

from armature.control.architectures.controlnet_union import TYPES, Role
from armature.control.options import Options
from armature.control.schedule import Schedule
from armature.control.weights import LayerWeights
from armature.errors import MissingInput
from armature.host.loading import hosted
from armature.nodes.apply_union import ApplyUnion
from armature.nodes.union_type import UnionType
from armature.practice.training.union import new_union

ARGUMENTS = {"strength": 0.5, "start_percent": 0.1, "end_percent": 0.9, "mathematics": "reference"}
IMAGE = torch.rand(1, 16, 16, 3)


@pytest.fixture(scope="module")
def union():
    return hosted(new_union().requires_grad_(False), torch.float32)


def apply(control, **inputs):
    """The control on the positive prompt."""
    positive, _ = ApplyUnion.execute([[torch.zeros(1, 77, 64), {}]], control, **ARGUMENTS | inputs).args
    return positive[0][1].get("control")


def test_rows_without_an_image_are_left_out(union):
    one, three = torch.zeros(1, 16, 16, 3), torch.ones(1, 16, 16, 3)
    rows = {f"type_{n}": TYPES[n] for n in range(1, 5)} | {f"strength_{n}": n / 4 for n in range(1, 5)}
    found = apply(union, **rows, image_1=one, image_2=None, image_3=three)
    assert found.model.roles == (Role(1, 0.25), Role(3, 0.75)) and found.model.mathematics == "reference"
    assert (found.strength, found.timestep_percent_range) == (0.5, (0.1, 0.9))
    assert torch.equal(found.cond_hint_original, one.movedim(-1, 1))
    assert torch.equal(found.further_hints[0], three.movedim(-1, 1))


def test_an_image_alone_is_of_the_first_type_at_full_strength(union):
    assert apply(union, image_4=IMAGE).model.roles == (Role(0),)


def test_the_strength_of_an_image_alone_is_the_controls(union):
    found = apply(union, image_1=IMAGE, strength_1=0.5)
    assert found.strength == 0.25 and found.model.roles == (Role(0),)


def test_everything_connected_reaches_the_control(union):
    weights, options, mask = LayerWeights("late"), Options(uncond=0.5), torch.rand(1, 8, 8)
    found = apply(union, image_1=IMAGE, weights=weights, schedule=Schedule(basis="steps"), mask=mask, options=options)
    manner = found.manner
    assert (manner.weights, manner.options, manner.schedule.basis) == (weights, options, "steps")
    assert torch.equal(manner.mask.pixels[:, 0], mask)


def test_without_any_image_it_says_so(union):
    with pytest.raises(MissingInput, match="no image"):
        apply(union, type_1="depth", strength_1=1.0)


def test_rows_without_strength_are_told_on_the_node(union, monkeypatch):
    class Server:
        @staticmethod
        def send_sync(event, data):
            told.append((data["node"], data["text"]))

    class Hidden:
        unique_id = "5"

    told = []
    monkeypatch.setattr(PromptServer, "instance", Server, raising=False)
    monkeypatch.setattr(ApplyUnion, "hidden", Hidden, raising=False)
    assert apply(union, image_1=IMAGE, strength_1=0.0) is None
    assert told == [("5", "no control: its strength is 0")]


def test_inputs_are_for_ever():
    names = [i.id for i in ApplyUnion.GET_SCHEMA().inputs]
    assert names[:7] == ["positive", "control_net", *ARGUMENTS, "negative"]
    assert names[7:19] == [f"{name}_{n}" for n in range(1, 5) for name in ("image", "type", "strength")]
    assert names[19:24] == ["weights", "schedule", "mask", "options", "inpaint_mask"]
    assert [i.id for i in UnionType.GET_SCHEMA().inputs] == ["control_net", "type"]


def test_defaults_are_cores():
    inputs = {i.id: i for i in (*ApplyUnion.GET_SCHEMA().inputs, *UnionType.GET_SCHEMA().inputs)}
    assert inputs["mathematics"].default == "core" and inputs["type"].default == "auto"
    assert inputs["type_1"].options == list(TYPES)
