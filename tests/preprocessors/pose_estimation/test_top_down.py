"""DWPose and ViTPose: crops, decoding, people in boxes."""

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from armature.preprocessors.networks.vitpose import VITPOSE
from armature.preprocessors.pose.skeleton import COCO
from armature.preprocessors.pose_estimation.crops import Crop, around, as_input
from armature.preprocessors.pose_estimation.dwpose import DWPOSE, dwpose
from armature.preprocessors.pose_estimation.dwpose import decoded as decoded_bins
from armature.preprocessors.pose_estimation.people import of_coco, of_whole_body
from armature.preprocessors.pose_estimation.vitpose import decoded as decoded_maps
from armature.preprocessors.pose_estimation.vitpose import vitpose
from armature.preprocessors.running import Working, run

from ..annotators import MANIFESTS, SMALLER, random_weights
from ..photographs import astronaut

IMAGE = astronaut()[..., :301, :402]
BOX = (40.0, 30.0, 200.0, 240.0)


class Bins(nn.Module):
    """RTMPose that sees every point in one bin, and its scores; it keeps what it was shown."""

    size = (384, 288)

    def __init__(self, x=100, y=200, along_x=0.9, along_y=0.8):
        super().__init__()
        self.bins, self.scores, self.seen = (x, y), (along_x, along_y), []

    def forward(self, image):
        self.seen.append(image)
        sides = torch.zeros(1, 133, 2 * 288), torch.zeros(1, 133, 2 * 384)
        for side, place, score in zip(sides, self.bins, self.scores):
            side[..., place] = torch.as_tensor(score)
        return sides


@pytest.mark.parametrize("box, shape", [((0, 0, 300, 400), (375, 500)), ((0, 0, 400, 100), (500, 2000 / 3))])
def test_a_crop_is_the_box_and_a_quarter_more_in_the_networks_shape(box, shape):
    crop = around(box, 288, 384)
    assert (crop.width, crop.height) == pytest.approx(shape)
    assert (crop.x, crop.y) == (box[2] / 2, box[3] / 2)


def test_the_network_sees_the_crop_as_opencv_cuts_it():
    network, crop = Bins(), around(BOX, 288, 384)
    dwpose(IMAGE, network=network, boxes=[[BOX]])
    scale = 288 / crop.width
    matrix = np.float64([[scale, 0, 144 - scale * crop.x], [0, scale, 192 - scale * crop.y]])
    pixels = (IMAGE[0].movedim(0, -1) * 255).round().byte().numpy()
    expected = cv2.warpAffine(pixels, matrix, (288, 384), flags=cv2.INTER_LINEAR)
    mean, deviation = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])
    expected = torch.from_numpy((expected - mean) / deviation).movedim(-1, 0)[None].float()
    assert torch.allclose(network.seen[0], expected, rtol=0, atol=1.01 / 57)  # one level: matrices round differently
    assert (network.seen[0] - expected).abs().mean() < 1e-4


def test_a_point_is_in_its_best_bin_and_as_sure_as_the_less_sure_axis():
    _, (frame,) = dwpose(IMAGE, network=Bins(x=288, y=300), boxes=[[BOX]])
    crop, points = around(BOX, 288, 384), np.reshape(frame["people"][0]["pose_keypoints_2d"], (-1, 3))
    assert points[:, 0] == pytest.approx(crop.x) and points[:, 2] == pytest.approx(0.8)
    assert points[:, 1] == pytest.approx(crop.y + (150 / 384 - 0.5) * crop.height)


def test_a_point_without_a_score_is_missing():
    along_x, along_y = np.zeros((2, 8)), np.zeros((2, 8))
    along_x[:, 3], along_y[0, 5] = 1, 0.5
    along_y[1] -= 1
    points = decoded_bins(along_x, along_y, Crop(0, 0, 8, 8))
    assert points.tolist() == [[-1, 1, 0.5], [0, 0, 0]]


def test_the_neck_is_between_the_shoulders_and_as_sure_as_the_worse():
    points = np.random.default_rng(0).uniform(0.1, 1, (17, 3))
    body = of_coco(points)
    assert np.array_equal(body[list(COCO)], points)
    assert np.allclose(body[1], [*(points[5, :2] + points[6, :2]) / 2, min(points[5, 2], points[6, 2])])


def test_a_whole_body_has_its_parts_in_openposes_order():
    points = np.column_stack([np.arange(133), np.arange(133), np.ones(133)])
    person = of_whole_body(points)
    order = [0, 5.5, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]  # as DWPose's wholebody.py has it
    assert person.body[:, 0].tolist() == order and person.feet[:, 0].tolist() == list(range(17, 23))
    assert person.face[:, 0].tolist() == [*range(23, 91), 2, 1]
    assert person.left_hand[:, 0].tolist() == list(range(91, 112))
    assert person.right_hand[:, 0].tolist() == list(range(112, 133))


def test_every_box_is_a_person_and_no_box_the_whole_image():
    assert [len(f["people"]) for f in dwpose(IMAGE, network=Bins(), boxes=[[BOX, BOX]])[1]] == [2]
    assert [len(f["people"]) for f in dwpose(IMAGE, network=Bins(), boxes=[[]])[1]] == [0]
    network = Bins()
    dwpose(IMAGE, network=network)
    assert len(network.seen) == 1
    whole = Bins()
    dwpose(IMAGE, network=whole, boxes=[[(0.0, 0.0, 402.0, 301.0)]])
    assert torch.equal(network.seen[0], whole.seen[0])


def test_one_of_whom_nothing_is_sure_is_nobody():
    drawn, (frame,) = dwpose(IMAGE, network=Bins(along_y=0.29))
    assert frame["people"] == [] and not drawn.any()
    assert len(dwpose(IMAGE, network=Bins(along_y=0.29), threshold=0.2)[1][0]["people"]) == 1


def test_boxes_and_points_are_in_pixels_of_the_image_at_any_resolution():
    def points(resolution):
        _, (frame,) = dwpose(IMAGE, network=Bins(x=250, y=420), boxes=[[BOX]], resolution=resolution)
        return np.reshape(frame["people"][0]["pose_keypoints_2d"], (-1, 3))

    assert np.allclose(points(0), points(602), atol=0.5)


def test_boxes_follow_the_image_to_a_kept_working_size():
    def points(working):
        values = {"network": Bins(x=250, y=420), "boxes": [[BOX]]}
        ((_, (frame,)),) = run(DWPOSE, IMAGE, values, working)
        return np.reshape(frame["people"][0]["pose_keypoints_2d"], (-1, 3))[:, :2]

    assert np.allclose(points(Working(602, keep=True)), 2 * points(Working()), atol=1e-6)


def small(pretrained):
    return pretrained.load(random_weights(MANIFESTS[SMALLER[pretrained.id]]), nn, "small")


def bells(places, size=(64, 48)):
    y, x = np.mgrid[: size[0], : size[1]]
    return np.stack([np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * 2.0**2)) for px, py in places]).astype(np.float32)


def test_vitposes_points_are_refined_below_a_cell():
    places = np.random.default_rng(1).uniform((6, 6), (41, 57), (17, 2))
    points = decoded_maps(bells(places), Crop(23.5, 31.5, 47, 63))
    assert np.abs(points[:, :2] - places).max() < 0.02 and (points[:, 2] > 0.85).all()


def test_vitpose_decodes_as_transformers_does():
    from transformers import VitPoseImageProcessor
    from transformers.models.vitpose.modeling_vitpose import VitPoseEstimatorOutput

    places = np.random.default_rng(2).uniform((0, 0), (47, 63), (17, 2))
    maps = bells(places) + np.random.default_rng(3).uniform(0, 0.02, (17, 64, 48)).astype(np.float32)
    output = VitPoseEstimatorOutput(heatmaps=torch.from_numpy(maps)[None])
    ((theirs,),) = VitPoseImageProcessor().post_process_pose_estimation(output, boxes=[[list(BOX)]])
    own = decoded_maps(maps, around(BOX, 192, 256))
    assert np.allclose(own[:, :2], theirs["keypoints"], rtol=0, atol=2e-3)
    assert np.allclose(own[:, 2], theirs["scores"], rtol=0, atol=1e-6)


def test_vitpose_sees_the_crop_that_transformers_cuts():
    from transformers import VitPoseImageProcessor

    class Seeing(nn.Module):
        size = (256, 192)

        def forward(self, image):
            self.seen = image
            return torch.zeros(1, 17, 64, 48)

    network = Seeing()
    _, (frame,) = vitpose(IMAGE, network=network, boxes=[[BOX]])
    assert frame["people"] == []
    theirs = VitPoseImageProcessor()((IMAGE * 255).round().byte(), boxes=[[list(BOX)]], return_tensors="pt")
    difference = (network.seen - theirs["pixel_values"]).abs()[..., 1:-1, 1:-1]
    assert difference.mean() * 57 < 1 and difference.max() * 57 < 20  # OpenCV cuts at 32nds of a pixel


def test_vitpose_finds_a_body_alone():
    network = small(VITPOSE)
    with torch.no_grad():
        network.model.head.conv.bias.fill_(1.0)
        drawn, (frame,) = vitpose(IMAGE, network=network, boxes=[[BOX]])
    (person,) = frame["people"]
    assert np.count_nonzero(person["pose_keypoints_2d"]) == 54 and drawn.any()
    assert not any(any(person[part]) for part in person if part != "pose_keypoints_2d")


def test_a_crop_becomes_the_networks_numbers():
    numbers = as_input(np.full((2, 3, 3), (255, 0, 128), np.uint8), torch.device("cpu"))
    assert numbers.shape == (1, 3, 2, 3)
    assert numbers[0, :, 0, 0].tolist() == pytest.approx([2.2489, -2.0357, 0.4265], abs=1e-4)
