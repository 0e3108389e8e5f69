"""The nodes that are made from declarations: their methods, their options, and how ComfyUI hands these over."""

import pytest
import torch
from comfy_api.latest import _io
from comfy_execution.validation import validate_node_input

from armature import discovery, preprocessors
from armature.errors import UnknownMethod, UnsuitableSize
from armature.host.schema import widget
from armature.nodes import node_classes
from armature.preprocessors.declare import Family, Image, Preprocessor

NODES = {cls.GET_SCHEMA().node_id: cls for cls in node_classes()}
DECLARED = discovery.declared(preprocessors, Preprocessor)
ANY, CANNY = NODES["ArmaturePreprocess"], NODES["ArmatureCanny"]
IMAGE = torch.rand(2, 24, 16, 3, generator=torch.Generator().manual_seed(0))


def test_the_node_for_all_offers_every_map():
    keys = [option.key for option in ANY.GET_SCHEMA().inputs[-1].options]
    assert set(keys) == {one.title for one in DECLARED.values() if one.outputs[0].kind is Image}
    assert len(set(keys)) == len(keys) and keys[0] == "Canny Edges"


@pytest.mark.parametrize("family", discovery.declared(preprocessors, Family).values(), ids=lambda family: family.id)
def test_a_family_starts_with_its_default(family):
    keys = [option.key for option in NODES[f"Armature{family.id}"].GET_SCHEMA().inputs[-1].options]
    assert keys[0] == DECLARED[family.default].title
    assert set(keys) == {one.title for one in DECLARED.values() if one.family is family}


def test_a_familys_default_may_be_used_commercially():
    for family in discovery.declared(preprocessors, Family).values():
        asked = [option.pretrained for option in DECLARED[family.default].options if option.pretrained]
        assert not any(network.files[0].non_commercial for network in asked), family.id


NETWORKS = [pytest.param(o, id=f"{one.id}-{o.name}") for one in DECLARED.values() for o in one.options if o.pretrained]


@pytest.mark.parametrize("option", NETWORKS)
def test_a_network_names_the_licence_of_each_of_its_files_and_offers_a_free_one_first(option):
    files, tooltip = option.pretrained.files, widget(option).tooltip
    for file in files:
        assert f"{file.name} {file.licence}{' (no commercial use)' * file.non_commercial}" in tooltip
    assert not files[0].non_commercial or all(file.non_commercial for file in files)


def from_prompt(node, inputs):
    """What ComfyUI hands to `execute` for the flat inputs of a prompt."""
    finalized, _, v3_data = _io.get_finalized_class_inputs(node.INPUT_TYPES(), inputs)
    assert not set(finalized["required"]) - set(inputs), "ComfyUI would refuse the prompt: a required input is missing"
    known = {name: value for name, value in inputs.items() if any(name in kind for kind in finalized.values())}
    return _io.build_nested_inputs(known, v3_data)


@pytest.mark.parametrize("node_id", ["ArmaturePreprocess", "ArmatureEdges"])
def test_a_method_gives_what_its_own_node_gives(node_id):
    common = {"image": IMAGE, "resolution": 0, "alpha": "white", "keep_working_size": False}
    prompt = {**common, "method": "Canny Edges", "method.low": 50, "method.high": 90}
    expected = CANNY.execute(image=IMAGE, low=50, high=90)[0]
    assert torch.equal(NODES[node_id].execute(**from_prompt(NODES[node_id], prompt))[0], expected)
    assert expected.sum() > 0


def test_an_unknown_method_is_refused_with_the_known_ones():
    prompt = {"image": IMAGE, "resolution": 0, "alpha": "white", "keep_working_size": False, "method": "Gone"}
    with pytest.raises(UnknownMethod, match="one of: Canny Edges"):
        ANY.execute(**from_prompt(ANY, prompt))


def test_an_old_prompt_without_the_newer_inputs_still_runs():
    prompt = {"image": IMAGE, "low": 100, "high": 200}
    assert CANNY.execute(**from_prompt(CANNY, prompt))[0].shape == IMAGE.shape


def test_the_map_has_the_images_size_at_any_working_size():
    given = {"image": IMAGE, "low": 100, "high": 200, "resolution": 32}
    assert CANNY.execute(**given)[0].shape == (2, 24, 16, 3)
    assert CANNY.execute(**given, keep_working_size=True)[0].shape == (2, 48, 32, 3)


def test_a_working_size_that_opencv_cannot_take_is_refused():
    with pytest.raises(UnsuitableSize, match="409600 x 1024; a side can have 32766"):
        CANNY.execute(image=torch.rand(1, 1, 400, 3), low=100, high=200, resolution=1024)


@pytest.mark.parametrize(
    "node_id, name, kind",
    [
        ("ArmatureDepthGeometry", "geometry", "DA3_GEOMETRY"),
        ("ArmatureDepthGeometry", "geometry", "MOGE_GEOMETRY"),
        ("ArmatureSegmentsSAM", "objects", "MASK"),
        ("ArmatureSegmentsSAM", "objects", "SAM3_TRACK_DATA"),
    ],
)
def test_what_comfyuis_own_networks_found_can_be_connected(node_id, name, kind):
    asked = NODES[node_id].INPUT_TYPES()["required"][name][0]
    assert validate_node_input(kind, asked) and not validate_node_input("IMAGE", asked)
