"""Against a live server: every method that asks a network, on small random weights, as a user runs it."""

import shutil
from pathlib import Path

import folder_paths
import pytest

from armature import discovery, preprocessors
from armature.preprocessors.declare import SOCKETS, Network, Preprocessor
from armature.preprocessors.depth.depth_anything import DEPTH_ANYTHING

from ..preprocessors.annotators import published

DECLARED = discovery.declared(preprocessors, Preprocessor).values()
LEARNED = [one for one in DECLARED if one.family and any(option.type is Network for option in one.options)]
BLANK = ("OpenPose", "SegmentsOneFormer")  # random weights see nobody, and the same class everywhere


def chosen(one):
    """The inputs of its family's node: this method, and a small working size."""
    values = {option.name: option.default for option in one.options if option.type not in SOCKETS}
    values |= {option.name: published(option.pretrained) for option in one.options if option.type is Network}
    values |= {option.name: option.limits.low for option in one.options if option.name in ("input_size", "threshold")}
    common = {"image": ["photo", 0], "resolution": 64, "alpha": "white", "keep_working_size": False}
    return common | {"method": one.title} | {f"method.{name}": value for name, value in values.items()}


def prompt(methods):
    """Each method of a photo, shown."""
    nodes = {"photo": {"class_type": "ArmaturePracticePhoto", "inputs": {}}}
    for one in methods:
        nodes[one.id] = {"class_type": f"Armature{one.family.id}", "inputs": chosen(one)}
        nodes[f"{one.id} shown"] = {"class_type": "PreviewImage", "inputs": {"images": [one.id, 0]}}
    return nodes


def bring_weights(server):
    folder = server.base / "models" / "annotators"
    folder.mkdir(exist_ok=True)
    for file in Path(folder_paths.get_folder_paths("annotators")[0]).iterdir():
        shutil.copy(file, folder)


@pytest.fixture(scope="module")
def run(server):
    asked = prompt(LEARNED)  # writes the weights
    bring_weights(server)
    return server.run(asked)


def test_a_missing_file_is_told_on_its_node_and_how_to_get_it(server):
    asked = prompt([DEPTH_ANYTHING])
    asked[DEPTH_ANYTHING.id]["inputs"]["method.network"] = "depth_anything_v2_vitl.pth"
    (error,) = server.run(asked).of("execution_error")
    assert error["node_id"] == DEPTH_ANYTHING.id
    for words in ("vitl.pth is missing. The node Get Weights brings it", "https://hugg", "CC-BY-NC-4.0", "annotators"):
        assert words in error["exception_message"]


def test_all_methods_run_in_one_workflow(run):
    assert run.of("execution_success"), run.of("execution_error")
    assert {name for name in run.images} == {f"{one.id} shown" for one in LEARNED}


@pytest.mark.parametrize("one", LEARNED, ids=lambda one: one.id)
def test_a_map_has_the_photos_size_and_shows_something(run, one):
    picture = run.images[f"{one.id} shown"]
    assert picture.shape == (256, 256, 3)
    assert picture.std() > 0.5 or one.id in BLANK
