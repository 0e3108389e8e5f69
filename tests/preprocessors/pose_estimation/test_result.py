"""What every finder of poses gives: drawings in the styles of Draw Pose, parts, keypoints."""

import numpy as np
import pytest
import torch

from armature.preprocessors.pose.controlnet import controlnet
from armature.preprocessors.pose.openpifpaf import openpifpaf
from armature.preprocessors.pose.t2i_keypose import keypose
from armature.preprocessors.pose.xinsir import xinsir
from armature.preprocessors.pose_estimation.people import of_whole_body
from armature.preprocessors.pose_estimation.result import Drawing, estimated

from ..samples import photo

ALL = {"body": "enable", "hands": "enable", "face": "enable"}
IMAGE = photo(2, 120, 160).movedim(-1, 1)


def somebody(frame, boxes):
    height, width = frame.shape[:2]
    points = np.random.default_rng(0).uniform((5, 5, 0.5), (width - 5, height - 5, 1.2), (133, 3))
    return (of_whole_body(points),)


def nobody(frame, boxes):
    return ()


@pytest.mark.parametrize(
    "style, sticks, drawing",
    [
        ("ControlNet", "disable", controlnet),
        ("ControlNet", "enable", xinsir),
        ("T2I keypose", "disable", keypose),
        ("OpenPifPaf", "disable", openpifpaf),
    ],
)
def test_each_style_is_draw_poses(style, sticks, drawing):
    drawn, frames = estimated(IMAGE, None, 0, somebody, Drawing(ALL, style, sticks, 0.3))
    assert torch.equal(drawn, drawing(IMAGE, poses=frames, threshold=0.3)) and drawn.any()


@pytest.mark.parametrize("resolution", [0, 60, 300])
def test_it_looks_at_the_resolution_and_draws_at_the_images_size(resolution):
    seen = []

    def find(frame, boxes):
        seen.append((frame.shape, boxes))
        return somebody(frame, boxes)

    drawn, frames = estimated(IMAGE, [[(40, 30, 80, 60)]], resolution, find, Drawing(ALL, "ControlNet", "disable"))
    scale = (resolution or 120) / 120
    assert seen == [((120 * scale, 160 * scale, 3), [tuple(scale * side for side in (40, 30, 80, 60))])] * 2
    assert drawn.shape == IMAGE.shape
    assert [(frame["canvas_width"], frame["canvas_height"]) for frame in frames] == [(160, 120)] * 2


@pytest.mark.parametrize("part, keys", [("body", ["pose", "foot"]), ("hands", ["hand_left"]), ("face", ["face"])])
def test_a_part_that_is_disabled_is_in_neither_drawing_nor_keypoints(part, keys):
    whole, (frame, _) = estimated(IMAGE, None, 0, somebody, Drawing(ALL, "ControlNet", "disable"))
    less, (without, _) = estimated(IMAGE, None, 0, somebody, Drawing(ALL | {part: "disable"}, "ControlNet", "disable"))
    for key in keys:
        assert any(frame["people"][0][f"{key}_keypoints_2d"])
        assert not any(without["people"][0][f"{key}_keypoints_2d"])
    assert not torch.equal(whole, less)


def test_keypoints_keep_their_real_scores():
    _, (frame, _) = estimated(IMAGE, None, 0, somebody, Drawing(ALL, "ControlNet", "disable"))
    scores = np.reshape(frame["people"][0]["hand_left_keypoints_2d"], (-1, 3))[:, 2]
    assert len(set(scores)) == 21 and scores.max() > 1


def test_nobody_is_a_black_drawing_and_no_people():
    drawn, frames = estimated(IMAGE, None, 0, nobody, Drawing(ALL, "ControlNet", "disable"))
    assert not drawn.any() and [frame["people"] for frame in frames] == [[], []]
