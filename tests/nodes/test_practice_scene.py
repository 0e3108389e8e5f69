"""The practice scene and its maps, as a graph gets them."""

import pytest
import torch

from armature.nodes.practice_scene import PracticeScene
from armature.practice.world import HELD_OUT_SEEDS, scene


@pytest.mark.parametrize("side", [64, 200])
def test_everything_is_of_one_size_and_one_scene(side):
    image, depth, segments, nearest, caption = PracticeScene.execute(7, side).args
    expected = scene(HELD_OUT_SEEDS + 7, side)
    assert [part.shape for part in (image, depth, segments)] == [(1, side, side, 3)] * 3
    assert nearest.shape == (1, side, side) and caption == expected.caption
    torch.testing.assert_close(image[0] * 255, torch.from_numpy(expected.image).float())
    seen = torch.from_numpy(expected.layers)
    assert torch.equal(nearest[0] == 1, seen == seen.max()) and torch.equal(depth[0, ..., 0] == 0, seen == 0)
    assert len(segments.reshape(-1, 3).unique(dim=0)) == 1 + len(set(expected.shapes))
