from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import ndimage

from armature.preprocessors.pose.mask import mask
from armature.preprocessors.pose.skeleton import LIMBS

from .people import STANDING, frame, standing


def covered(poses, **options):
    out = mask(poses=poses, **options)
    assert out.shape[1] == 1 and set(out.unique().tolist()) <= {0.0, 1.0}
    return out[0, 0].numpy() > 0


def test_the_person_is_what_is_near_the_limbs_and_within_trunk_and_head():
    points = np.array(STANDING) * (2, 3)
    drawn = covered([standing()], grow=5)
    size = np.ptp(points, axis=0).max()
    y, x = np.mgrid[:300, :200]
    near = np.full((300, 200), np.inf)
    for a, b in LIMBS:
        for t in np.linspace(0, 1, 60):
            place = points[a] + t * (points[b] - points[a])
            near = np.minimum(near, np.hypot(x - place[0], y - place[1]))
    assert drawn[near < 0.05 * size - 2].all()
    assert drawn[135, 100] and drawn[100, 95], "the trunk is filled"
    trunk = (x >= 84) & (x <= 116) & (y >= 66) & (y <= 150)
    far = np.minimum(near, ndimage.distance_transform_edt(~trunk)) > 0.05 * size + 2  # OpenCV's lines are that uneven
    assert not (drawn & far).any()


def test_growing_covers_more_and_0_the_points_alone():
    masks = [covered([standing()], grow=grow) for grow in (0, 2, 5, 20)]
    for smaller, larger in pairwise(masks):
        assert (larger | ~smaller).all() and larger.sum() > smaller.sum()
    assert masks[0][[3 * y for _, y in STANDING], [2 * x for x, _ in STANDING]].all()


@pytest.mark.parametrize("part", ["person", "head", "hands"])
def test_a_box_is_as_large_as_its_points(part):
    given = frame(score=1.0)
    keys = {
        "head": ["face"],
        "hands": ["hand_left", "hand_right"],
        "person": ["pose", "face", "hand_left", "hand_right"],
    }
    points = [np.reshape(given["people"][0][f"{key}_keypoints_2d"], (-1, 3))[:, :2] for key in keys[part]]
    if part == "head":
        points.append(np.reshape(given["people"][0]["pose_keypoints_2d"], (-1, 3))[[0, 14, 15, 16, 17], :2])
    low, high = np.floor(np.concatenate(points)).min(axis=0), np.floor(np.concatenate(points)).max(axis=0)
    expected = np.zeros((300, 200), bool)
    expected[int(low[1]) : int(high[1]) + 1, int(low[0]) : int(high[0]) + 1] = True
    assert np.array_equal(covered([given], part=part, shape="box", grow=0), expected)


def test_what_is_missing_or_doubtful_is_not_covered():
    assert not covered([standing()], part="hands").any()
    assert not covered([standing(score=0.2)]).any()
    assert covered([standing(score=0.2)], threshold=0.1).any()
    assert not covered([{"canvas_width": 20, "canvas_height": 10, "people": []}], shape="box").any()


def test_it_has_the_images_size():
    poses = [standing(200, 300), standing(200, 300)]
    drawn = mask(torch.zeros(1, 3, 600, 400), poses=poses)
    assert drawn.shape == (2, 1, 600, 400) and torch.equal(drawn[:1], mask(poses=[standing(400, 600)]))
