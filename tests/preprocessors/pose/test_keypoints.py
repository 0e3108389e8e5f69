import numpy as np
import pytest

from armature.errors import UnreadablePose
from armature.preprocessors.pose.keypoints import COUNTS, KEYS, read, written

from .people import frame, normalised, standing


def same(first, second, **tolerance):
    assert (first.width, first.height, len(first.people)) == (second.width, second.height, len(second.people))
    for one, other in zip(first.people, second.people):
        for part, points in one.parts.items():
            assert np.allclose(points, other.parts[part], rtol=0, **{"atol": 1e-9} | tolerance), part


def test_comfyuis_form_is_read_and_written_without_loss():
    given = frame(people=2)
    assert written(read(given)) == given
    person = read(given).people[0]
    assert person.left_hand.ravel().tolist() == given["people"][0]["hand_left_keypoints_2d"]
    assert person.feet.ravel().tolist() == given["people"][0]["foot_keypoints_2d"]


def test_0_to_1_and_pixels_are_the_same_pose():
    same(read(normalised(frame(people=2))), read(frame(people=2)))
    outside = frame(pose_keypoints_2d=[220.0, -30.0, 1.0] * 18)
    same(read(normalised(outside)), read(outside))


def test_nested_points_are_read():
    given = frame()
    nested = {key: np.reshape(part, (-1, 3)).tolist() for key, part in given["people"][0].items()}
    same(read(given | {"people": [nested]}), read(given))


@pytest.mark.parametrize("nothing", [None, []])
def test_a_part_that_was_not_found_is_written_as_zeros(nothing):
    given = frame(hand_left_keypoints_2d=nothing)
    del given["people"][0]["foot_keypoints_2d"]
    out = written(read(given))["people"][0]
    assert out["hand_left_keypoints_2d"] == [0.0] * 63 and out["foot_keypoints_2d"] == [0.0] * 18
    assert set(out) == set(KEYS.values()) and len(out["face_keypoints_2d"]) == 3 * COUNTS["face"]


@pytest.mark.parametrize(
    "point",
    [(10, 10, 0), (0, 0, 1), (-1, 40, 1), (40, -1, 1), (-1, -1, 0.7), (None, None, 0), (float("nan"), 3, 1)],
    ids=str,
)
def test_a_missing_point_is_missing_however_it_is_marked(point):
    for given in (frame(), standing()):
        given["people"][0]["pose_keypoints_2d"][6:9] = point
        body = read(given).people[0].body
        assert body[2].tolist() == [0, 0, 0] and (body[:2, 2] > 0).all() and (body[3:, 2] > 0).all()


def test_openposes_missing_finger_is_missing_in_0_to_1_too():
    given = normalised(frame())
    given["people"][0]["hand_left_keypoints_2d"][:3] = [-1 / 200, -1 / 300, 1.0]
    assert read(given).people[0].left_hand[0].tolist() == [0, 0, 0]


def test_marks_alone_do_not_make_a_frame_0_to_1():
    given = frame(score=0, pose_keypoints_2d=[-1.0, -1.0, 1.0] * 18)
    assert not len(read(given).people[0].found)


def test_a_face_of_68_points_has_no_pupils():
    given = frame()
    given["people"][0]["face_keypoints_2d"] = given["people"][0]["face_keypoints_2d"][: 3 * 68]
    face = read(given).people[0].face
    assert face.shape == (70, 3) and (face[:68, 2] > 0).all() and (face[68:] == 0).all()


@pytest.mark.parametrize("found", [1, 40, 69])
def test_a_face_of_fewer_points_has_those_that_were_found(found):
    given = frame()
    given["people"][0]["face_keypoints_2d"] = given["people"][0]["face_keypoints_2d"][: 3 * found]
    assert np.array_equal(read(given).people[0].face[:found], read(frame()).people[0].face[:found])
    assert not read(given).people[0].face[found:].any()


def test_a_face_of_71_points_loses_the_one_of_the_background():
    given, whole = frame(), read(frame()).people[0].face
    given["people"][0]["face_keypoints_2d"] = [*given["people"][0]["face_keypoints_2d"], 50.0, 60.0, 1.0]
    assert np.array_equal(read(given).people[0].face, whole)


def test_nobody_is_a_valid_frame():
    empty = {"canvas_width": 20, "canvas_height": 10, "people": []}
    assert read(empty).people == () and written(read(empty)) == empty


def test_another_canvas_moves_the_points():
    small = read(standing(200, 300)).at(600, 300)
    same(small, read(standing(300, 600)))


@pytest.mark.parametrize(
    "wrong, message",
    [
        (
            {"version": "ap10k", "animals": [], "canvas_width": 5, "canvas_height": 5},
            "holds: version, animals, .*animal",
        ),
        ([], "A frame of keypoints holds: list"),
        ({}, "holds: nothing"),
        ({"canvas_width": 0, "canvas_height": 5, "people": []}, "canvas is 0 x 5"),
        (frame(pose_keypoints_2d=[1.0] * 75), "pose_keypoints_2d has 25 points, expected 18"),
        (frame(face_keypoints_2d=[1.0] * 216), "face_keypoints_2d has 72 points, expected 70"),
        (frame(hand_left_keypoints_2d=[1.0] * 4), "hand_left_keypoints_2d is not a list of x, y, score"),
        (frame(face_keypoints_2d=["x"] * 210), "face_keypoints_2d is not a list of x, y, score"),
    ],
    ids=str.split("animals list empty canvas body25 face72 uneven text"),
)
def test_what_cannot_be_read_is_refused_with_what_was_found(wrong, message):
    with pytest.raises(UnreadablePose, match=message):
        read(wrong)
