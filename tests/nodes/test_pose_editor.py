"""The pose editor's node: what it draws is what Draw Pose draws from the same points."""

import json
from pathlib import Path

import pytest
import torch

from armature.nodes.pose_editor import EMPTY, PoseEditor
from armature.preprocessors.pose.controlnet import controlnet

from ..preprocessors.pose.people import standing

FOLDER = Path(__file__).resolve().parents[1] / "data" / "web" / "pose"
WHOLE, TWO = (json.loads((FOLDER / f"{name}.json").read_text()) for name in ("whole", "two"))


def test_the_map_is_draw_poses_and_the_points_and_masks_are_the_peoples():
    drawn, poses, masks = PoseEditor.execute(TWO["value"]).result
    assert torch.equal(drawn.movedim(-1, 1), controlnet(poses=[TWO["frame"]]))
    assert poses == [TWO["frame"]]
    assert masks.shape == (2, 512, 640)


def test_feet_are_drawn_when_asked():
    plain, feet = (PoseEditor.execute(WHOLE["value"], feet=feet).result[0] for feet in (False, True))
    assert torch.equal(feet.movedim(-1, 1), controlnet(poses=[WHOLE["frame"]], feet=True))
    assert not torch.equal(plain, feet)


def test_connected_keypoints_are_drawn_instead_of_the_editors():
    frames = [standing(), standing()]
    result = PoseEditor.execute(WHOLE["value"], poses=frames)
    drawn, poses, masks = result.result
    assert drawn.shape == (2, 300, 200, 3) and masks.shape == (2, 300, 200)
    assert poses == frames
    assert result.ui["armature_pose"] == frames[:1]  # for the editor, which can take them over


def test_the_map_has_the_size_of_an_image(tmp_path, monkeypatch):
    import folder_paths

    monkeypatch.setattr(folder_paths, "temp_directory", str(tmp_path))
    result = PoseEditor.execute(TWO["value"], image=torch.rand(2, 100, 120, 3))
    assert result.result[0].shape == (1, 100, 120, 3) and result.result[2].shape == (2, 100, 120)
    assert (tmp_path / result.ui["armature_source"][0]["filename"]).is_file()


def test_an_empty_drawing_is_black():
    drawn, _, masks = PoseEditor.execute(EMPTY).result
    assert drawn.shape == (1, 768, 512, 3) and masks.shape == (1, 768, 512)
    assert not drawn.any() and not masks.any()


@pytest.mark.parametrize("wrong", json.loads((FOLDER / "wrong.json").read_text()), ids=lambda wrong: wrong["says"])
def test_a_wrong_value_is_told_before_the_run(wrong):
    assert wrong["says"] in PoseEditor.validate_inputs(wrong["value"])


def test_a_right_value_passes():
    assert PoseEditor.validate_inputs(WHOLE["value"]) is True
