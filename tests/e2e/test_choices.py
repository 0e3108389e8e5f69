"""The nodes that offer several methods: their widgets follow the method, run, and keep their values."""

import pytest

from armature import discovery, preprocessors
from armature.nodes.preprocess import ALL
from armature.preprocessors.declare import (
    SOCKETS,
    Boxes,
    Family,
    FlowModel,
    Geometry,
    Image,
    Keypoints,
    Mask,
    Network,
    Objects,
    Preprocessor,
)

COMMON = {"resolution": 0, "alpha": "white", "keep_working_size": False}
METHODS = list(discovery.declared(preprocessors, Preprocessor).values())
FAMILIES = {family.id: family for family in discovery.declared(preprocessors, Family).values()} | {ALL.id: ALL}
SOURCES = {
    Image: "ArmaturePracticePhoto",
    Mask: "SolidMask",
    Objects: "SolidMask",
    Boxes: "RTDETR_detect",
    Keypoints: "ArmatureSelectPerson",
    Geometry: "MoGeInference",
    FlowModel: "OpticalFlowLoader",
}
OTHER = {bool: lambda value: not value, str: lambda value: value + ", 1"}

each_family = pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.id)


def methods(family):
    return [one for one in METHODS if (one.outputs[0].kind is Image if family is ALL else one.family is family)]


def sockets(method):
    return {f"method.{option.name}": option for option in method.options if option.type in SOCKETS}


def plain(method):
    """Its options that are neither sockets nor the names of files."""
    return {f"method.{o.name}": o for o in method.options if o.type not in (*SOCKETS, Network)}


def needs_an_image_alone(method):
    return method.needs_image and not any(o.required for o in method.options if o.type in (*SOCKETS, Network))


def other(option):
    """A value that is not the default."""
    if option.type in OTHER:
        return OTHER[option.type](option.default)
    if option.limits is None:
        return option.type.__args__[-1]
    return option.limits.low if option.default != option.limits.low else option.limits.low + option.limits.step


@each_family
def test_the_widgets_are_the_methods(frontend, family):
    node = frontend.add(f"Armature{family.id}")
    for method in methods(family):
        frontend.choose(node, "method", method.title)
        defaults = {name: option.default for name, option in plain(method).items()}
        files = {f"method.{option.name}" for option in method.options if option.type is Network}
        widgets = frontend.widgets(node)
        assert files <= widgets.keys()
        assert {n: v for n, v in widgets.items() if n not in files} == COMMON | {"method": method.title} | defaults


@each_family
def test_a_saved_workflow_keeps_values_and_links(frontend, family):
    expected = {}
    for index, method in enumerate(methods(family)):
        node = frontend.add(f"Armature{family.id}", 400 * (index % 6), 400 * (index // 6))
        frontend.choose(node, "method", method.title)
        for name, option in plain(method).items():
            frontend.choose(node, name, other(option))
        linked = sockets(method)
        for name, option in linked.items():
            frontend.link(frontend.add(SOURCES[option.type]), 0, node, name)
        expected[node] = frontend.widgets(node), sorted(linked)
    frontend.load(frontend.saved())
    for node, (values, linked) in expected.items():
        assert frontend.widgets(node) == values
        assert sorted(frontend.linked(node)) == linked


@each_family
def test_what_needs_an_image_alone_runs(frontend, family):
    photo = frontend.add("ArmaturePracticePhoto")
    count = 0
    for index, method in enumerate(methods(family)):
        if not needs_an_image_alone(method):
            continue
        node = frontend.add(f"Armature{family.id}", 400 * (index % 6), 400 * (index // 6))
        shown = frontend.add("PreviewImage", 200 + 400 * (index % 6), 400 * (index // 6))
        frontend.choose(node, "method", method.title)
        frontend.link(photo, 0, node, "image")
        frontend.link(node, 0, shown, "images")
        count += 1
    if not count:
        pytest.skip("its methods draw what another node found")
    record = frontend.run()
    assert record["status"]["status_str"] == "success"
    assert len(record["outputs"]) == count
