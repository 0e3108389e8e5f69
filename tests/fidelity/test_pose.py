import math

import numpy as np
import pytest
import torch

from armature.fidelity.pose import SIGMAS, pose, similarity

from ..preprocessors.pose.people import standing

IMAGE = torch.full((1, 3, 300, 200), 0.5)
WHITE, BLUE, ORANGE = (torch.tensor(colour) / 255 for colour in ((255, 255, 255), (40, 130, 255), (255, 120, 0)))


def moved(frame, x=0.0, y=0.0):
    """The frame with everybody moved by pixels."""
    people = []
    for person in frame["people"]:
        points = np.reshape(person["pose_keypoints_2d"], (-1, 3)) + np.array([x, y, 0])
        people.append(person | {"pose_keypoints_2d": points.ravel().tolist()})
    return frame | {"people": people}


def together(*frames):
    return frames[0] | {"people": [person for frame in frames for person in frame["people"]]}


NOBODY = together(standing()) | {"people": []}


def compared(wanted, found, **options):
    picture, (numbers,) = pose(IMAGE, hint=[wanted], found=[found], **options)
    assert picture.shape == IMAGE.shape
    return picture, numbers


def test_a_pose_agrees_with_itself_at_another_size():
    picture, numbers = compared(standing(), standing(width=400, height=600))
    assert numbers == pytest.approx({"OKS": 1, "PCK": 1, "people too many": 0})
    assert torch.allclose(picture[0, :, 36, 100], WHITE)  # the nose


def test_similarity_is_cocos_formula():
    body = np.column_stack([np.linspace(0, 40, 17), np.linspace(0, 100, 17), np.ones(17)])
    other = body + np.array([3.0, 4.0, 0.0])
    other[0, 2] = 0  # not found
    terms = [math.exp(-25 / (2 * 0.53 * 40 * 100 * (2 * sigma) ** 2)) for sigma in SIGMAS[1:]]
    assert similarity(body, other) == pytest.approx(sum(terms) / 17)


def test_points_off_by_more_than_a_tenth_of_the_person_are_missed():
    height = 300 * (0.90 - 0.10)  # from the eyes to the ankles
    assert compared(standing(), moved(standing(), x=0.09 * height))[1]["PCK"] == 1
    picture, numbers = compared(standing(), moved(standing(), x=0.11 * height))
    assert numbers["PCK"] == 0 and 0 < numbers["OKS"] < 0.7
    assert torch.allclose(picture[0, :, 36, 100], BLUE)
    assert compared(standing(), moved(standing(), x=0.11 * height), alpha=0.2)[1]["PCK"] == 1


def test_people_are_met_whatever_their_order():
    left, right = moved(standing(), x=-40), moved(standing(), x=40)
    assert compared(together(left, right), together(right, left))[1]["OKS"] == pytest.approx(1)


def test_missing_people_count_and_surplus_ones_are_told():
    left, right = moved(standing(), x=-40), moved(standing(), x=40)
    numbers = compared(together(left, right), left)[1]
    assert numbers == pytest.approx({"OKS": 0.5, "PCK": 0.5, "people too many": 0}, abs=0.01)
    picture, numbers = compared(left, together(right, left))
    assert numbers == pytest.approx({"OKS": 1, "PCK": 1, "people too many": 1})
    assert torch.allclose(picture[0, :, 36, 140], ORANGE)


def test_nobody_agrees_with_nobody_only():
    assert compared(NOBODY, NOBODY)[1] == {"OKS": 1, "PCK": 1, "people too many": 0}
    assert compared(NOBODY, standing())[1] == {"OKS": 0, "PCK": 0, "people too many": 1}
    assert compared(standing(), NOBODY)[1] == {"OKS": 0, "PCK": 0, "people too many": 0}
