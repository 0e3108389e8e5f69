"""The room of the help pages is what it says: its parts of the truth agree with each other."""

import numpy as np
import pytest
import torch

from armature.benchmarks.known_maps import METHODS, learned, normals
from armature.benchmarks.known_room import NAMES, SIDE, room
from armature.preprocessors.normals.conventions import encoded


@pytest.fixture(scope="module")
def known():
    return room()


def test_normals_are_those_of_the_distances(known):
    distance = torch.from_numpy(known.distance)[None, None].expand(-1, 3, -1, -1)
    found = METHODS["NormalsFromDepth"].run(distance, depth="distance", convention="OpenGL")
    agrees = (found - encoded(normals(), "OpenGL")).abs().amax(1) < 2 / 255
    assert float(agrees.float().mean()) > 0.9  # not where an edge lies between two pixels


def test_keypoints_lie_on_the_figure(known):
    (person,) = known.pose.people
    x, y = np.round(np.concatenate([person.body, person.face])[:, :2]).astype(int).T
    assert (known.owner[y, x] == NAMES.index("person")).all()


def test_straight_edges_lie_on_outlines(known):
    """Within two pixels, but where two things of a kind meet."""
    y, x = np.nonzero(known.outlines)
    outlines = np.stack([x, y], axis=1)
    middles = (known.lines[:, :2] + known.lines[:, 2:]) / 2
    nearest = [np.abs(outlines - middle).max(1).min() for middle in middles]
    assert len(middles) > 20 and np.mean(np.array(nearest) <= 2) > 0.9


def test_every_map_of_a_learned_method_is_one(known):
    for name, map in learned().items():
        assert map.shape[:2] == (1, 3) and 0 <= map.min() and map.max() <= 1 and map.std() > 0.01, name
    assert learned()["SegmentsSegFormer"].shape[-2:] == (SIDE, SIDE)
