"""People as the editor keeps them, read as the editor reads them: both are tested with the files of tests/data/web."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from armature.errors import UnreadablePose
from armature.preprocessors.pose.mask import each_person, mask
from armature.preprocessors.pose.scene import frame

from .people import standing

FOLDER = Path(__file__).resolve().parents[2] / "data" / "web" / "pose"
WRONG = json.loads((FOLDER / "wrong.json").read_text())
FIXTURES = sorted(path for path in FOLDER.glob("*.json") if path.name != "wrong.json")


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_value_is_read_as_the_editor_reads_it(path):
    fixture = json.loads(path.read_text())
    assert frame(fixture["value"]) == fixture["frame"]
    assert frame(json.dumps(fixture["value"])) == fixture["frame"]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong["says"])
def test_a_wrong_value_is_told(wrong):
    with pytest.raises(UnreadablePose, match=wrong["says"]):
        frame(wrong["value"])


@pytest.mark.parametrize("value", [standing(), [standing()], json.dumps(standing())], ids=["frame", "list", "JSON"])
def test_keypoints_of_other_nodes_are_read_too(value):
    assert np.allclose(frame(value)["people"][0]["pose_keypoints_2d"], standing()["people"][0]["pose_keypoints_2d"])


@pytest.mark.parametrize("value", ["hello", None, [], {}, 3])
def test_what_is_no_pose_is_told(value):
    with pytest.raises(UnreadablePose):
        frame(value)


def test_each_person_has_a_mask_and_together_they_are_the_mask_of_all():
    two = json.loads((FOLDER / "two.json").read_text())["frame"]
    masks = each_person(two, (512, 640), 5.0)
    assert masks.shape == (2, 1, 512, 640)
    assert masks.flatten(1).any(dim=1).all() and not torch.equal(masks[0], masks[1])
    assert torch.equal(masks.amax(dim=0), mask(poses=[two], grow=5.0)[0])


def test_nobody_is_one_black_mask():
    empty = json.loads((FOLDER / "empty.json").read_text())["frame"]
    assert torch.equal(each_person(empty, (6, 4), 5.0), torch.zeros(1, 1, 6, 4))
