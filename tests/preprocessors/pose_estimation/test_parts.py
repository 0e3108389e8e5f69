"""Hands and faces: where a body says that they are, and what their maps show, in full-size images and loops."""

import cv2
import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, label

from armature.benchmarks import crowd
from armature.benchmarks.crowd import STANDING
from armature.preprocessors.pose_estimation.openpose import people
from armature.preprocessors.pose_estimation.parts import (
    Square,
    face_points,
    face_square,
    hand_points,
    hand_squares,
)

from .test_bodies import Known

CPU = torch.device("cpu")
BODY = np.column_stack([np.array(STANDING) * (3, 4), np.ones(18)])  # on 300 x 400


class Spots(torch.nn.Module):
    """Maps with bells at places given in 0 to 1 of the crop: one list for each map; the last is the background."""

    def __init__(self, places, stride=8):
        super().__init__()
        self.places, self.stride, self.seen = places, stride, []

    def forward(self, image):
        self.seen.append(image)
        side = image.shape[-1] // self.stride
        y, x = np.mgrid[:side, :side] / side
        maps = np.zeros((len(self.places) + 1, side, side), np.float32)
        for plane, places in zip(maps, self.places):
            for px, py, height, width in places:
                plane += height * np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * width**2))
        maps[-1] = 1
        return torch.from_numpy(maps)[None]


def crop(side):
    return np.random.default_rng(side).integers(0, 255, (side, side, 3), dtype=np.uint8)


def slow_hand(image, places):
    """Each point by the images that the port makes of its maps."""
    side, total = len(image), np.zeros((21, 128, 128))
    for size in (184, 368, 552, 736):
        for plane, own in zip(Spots(places)(torch.zeros(1, 3, size, size))[0, :21].numpy(), total):
            plane = cv2.resize(plane, (size, size), interpolation=cv2.INTER_LANCZOS4)
            own += cv2.resize(plane, (128, 128), interpolation=cv2.INTER_AREA) / 4
    points = []
    for plane in total:
        spots, count = label(gaussian_filter(plane, 3) > 0.05, np.ones((3, 3)))
        if not count:
            points.append((0, 0))
            continue
        best = max(range(1, count + 1), key=lambda spot: plane[spots == spot].sum())
        y, x = np.unravel_index(np.where(spots == best, plane, 0).argmax(), plane.shape)
        points.append((int(x * side / 128), int(y * side / 128)))
    return np.array(points)


@pytest.mark.parametrize("side", [37, 401])
def test_a_hands_points_are_the_peaks_of_their_largest_spots(side):
    generator, places = np.random.default_rng(0), []
    for point in range(21):
        x, y, u, v = generator.uniform((0.2, 0.2, 0.75, 0.75), (0.4, 0.4, 0.85, 0.85))
        places.append([(x, y, 0.6, 0.06), (u, v, 1.0, 0.02)][: 1 + point % 2])
    places[5] = []
    points = hand_points(crop(side), Spots(places), CPU)
    assert np.array_equal(points[:, :2], slow_hand(crop(side), places))
    assert (points[:, 2] > 0).tolist() == [point != 5 for point in range(21)]
    for (x, y, score), own in zip(points, places):
        if own:  # the broad spot, though another is higher
            assert abs(x / side - own[0][0]) < 0.06 and abs(y / side - own[0][1]) < 0.06 and 0.2 < score < 1.1


def test_a_hand_is_looked_at_in_four_sizes_in_blue_green_red():
    spots = Spots([[]] * 21)
    image = np.full((50, 50, 3), (255, 128, 0), np.uint8)
    hand_points(image, spots, CPU)
    assert [seen.shape[-1] for seen in spots.seen] == [184, 368, 552, 736]
    for seen in spots.seen:
        assert seen.mean(dim=(0, 2, 3)).tolist() == pytest.approx([-0.5, 0.0, 255 / 256 - 0.5])


def test_a_faces_points_are_the_best_places_and_the_background_is_none():
    places = [[((point % 10 + 1) / 12, (point // 10 + 1) / 9, 0.5, 0.05)] for point in range(70)]
    places[3] = [(0.5, 0.5, 0.04, 0.05)]
    points = face_points(crop(200), Spots(places), CPU)
    assert points.shape == (70, 3) and points[3].tolist() == [0, 0, 0]
    for point, own in enumerate(places):
        if point != 3:
            # corners are aligned: the first cell is the first pixel, the last the last
            assert points[point, :2] == pytest.approx(np.array(own[0][:2]) * 48 / 47 * 199, abs=2.5)
            assert points[point, 2] == pytest.approx(0.5, abs=0.02)


def test_hands_are_beyond_the_wrists_of_whole_arms():
    squares = hand_squares(BODY, 400, 300)
    shoulder, elbow, wrist = BODY[[2, 3, 4], :2]
    side = 1.5 * max(np.hypot(*(wrist - elbow)), 0.9 * np.hypot(*(elbow - shoulder)))
    corner = wrist + 0.33 * (wrist - elbow) - side / 2
    assert squares["right_hand"] == Square(int(corner[0]), int(corner[1]), int(side))
    without = BODY.copy()
    without[6] = 0
    assert set(hand_squares(without, 400, 300)) == {"right_hand"}


def test_squares_end_at_the_image_and_small_ones_are_not_looked_at():
    moved = BODY.copy()
    moved[:, 0] += 300 - BODY[7, 0] - 10  # the left wrist is ten pixels from the edge
    square = hand_squares(moved, 400, 300)["left_hand"]
    assert square.x + square.side <= 300
    assert hand_squares(BODY * (0.1, 0.1, 1), 40, 30) == {} and face_square(BODY * (0.1, 0.1, 1), 40, 30) is None


@pytest.mark.parametrize("kept, times", [([14], 3), ([16], 1.5), ([14, 17], 3)])
def test_a_face_is_around_the_nose_as_far_as_eyes_and_ears_say(kept, times):
    body = np.zeros((18, 3))
    body[0] = 150, 100, 1
    for index in kept:
        body[index] = 150 + (20 if index < 16 else 30), 95, 1
    reach = times * (20 if kept[0] < 16 else 30)
    assert face_square(body, 400, 300) == Square(int(150 - reach), int(100 - reach), int(2 * reach))
    body[0] = 0
    assert face_square(body, 400, 300) is None


def test_a_person_gets_hands_and_face_where_there_are_networks_for_them():
    fields, points = crowd.maps(crowd.crowd(1, 240, 320), 240, 320)
    hands = Spots([[(0.5, 0.5, 1, 0.05)]] * 21)
    face = Spots([[(0.5, 0.5, 1, 0.05)]] * 70)
    frame = np.zeros((240, 320, 3), np.uint8)
    (whole,) = people(frame, None, Known(fields, points), hands, face, CPU)
    (alone,) = people(frame, None, Known(fields, points), None, None, CPU)
    assert (whole.left_hand[:, 2] > 0).all() and (whole.right_hand[:, 2] > 0).all() and (whole.face[:, 2] > 0).all()
    beyond = whole.body[7, :2] + 0.33 * (whole.body[7, :2] - whole.body[6, :2])
    assert whole.left_hand[0, :2] == pytest.approx(beyond, abs=3)
    assert whole.face[0, :2] == pytest.approx(whole.body[0, :2], abs=3)
    assert not alone.left_hand.any() and not alone.face.any() and np.array_equal(alone.body, whole.body)
