"""Images that cannot be the maps a control wants, told after a run whichever node made them."""

import pytest
import torch
from server import PromptServer

from armature.control.architectures.controlnet_union import TYPES
from armature.host.applying import Application, apply
from armature.host.loading import load_control
from armature.host.looking import remark
from armature.host.practice import load_photo
from armature.host.readout import Panel, Readout
from armature.host.union import with_type
from armature.nodes import node_classes

from . import tiny
from .test_sampling import conditionings, ours, sample

PHOTO = load_photo()
CANNY = next(cls for cls in node_classes() if cls.GET_SCHEMA().node_id == "ArmatureCanny")


@pytest.fixture(scope="module")
def canny():
    return load_control("practice_canny.safetensors")


def test_a_photograph_and_an_inverted_map_are_told(canny):
    edges = CANNY.execute(PHOTO, low=100, high=200)[0]
    assert remark(canny, edges) == ""
    assert remark(canny, PHOTO).startswith("The image looks like a photograph")
    assert remark(canny, 1 - edges).startswith("The image looks dark on light")
    assert remark(canny, (1 - edges)[..., :1]).startswith("The image looks dark on light")


def test_a_unions_chosen_type_says_what_it_wants():
    union = load_control("practice_union.safetensors")
    assert remark(union, PHOTO) == ""
    assert "a coloured skeleton" in remark(with_type(union, "openpose"), PHOTO)
    assert remark(with_type(union, TYPES[4]), PHOTO) == ""


def test_what_was_not_loaded_from_a_file_is_not_judged():
    network = tiny.core_network(tiny.SD1)
    assert remark(ours(tiny.SD1, network), PHOTO) == remark(tiny.core_control(network), PHOTO) == ""


def test_it_is_told_with_the_run(monkeypatch):
    sent = []
    server = type("Server", (), {"send_sync": lambda self, event, data: sent.append(data["text"])})()
    monkeypatch.setattr(PromptServer, "instance", server, raising=False)
    base, control = tiny.base_model(tiny.SD1), ours(tiny.SD1, tiny.core_network(tiny.SD1))
    control.model.name = "canny.safetensors"
    for image in (torch.zeros(1, 64, 64, 3), PHOTO):
        application = Application(control, image, readout=Readout(Panel("7")))
        sample(base, *apply(*conditionings(tiny.SD1), application), steps=2)
    plain, told = sent
    assert plain.count("\n") == 1
    assert told.splitlines()[2].startswith("The image looks like a photograph, and this control model wants white")
