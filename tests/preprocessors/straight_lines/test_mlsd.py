"""M-LSD's decoding on maps whose lines are known."""

import numpy as np
import pytest
import torch

from armature.preprocessors.straight_lines.mlsd import decoded, segments

HALF = 32, 48  # the map's size
LINES = ((20.5, 5.0, 44.25, 9.0), (4.0, 30.0, 4.0, 10.5), (60.0, 40.0, 80.0, 50.0))  # x, y, x, y in pixels of the image
SCORES = (0.9, 0.6, 0.3)


def described(lines=LINES, scores=SCORES):
    """(9, h, w) as the network describes lines: what lies beside a centre is less sure than it."""
    map = torch.full((9, *HALF), -9.0)
    for (x0, y0, x1, y1), score in zip(lines, scores):
        x, y = round((x0 + x1) / 4), round((y0 + y1) / 4)
        map[0, y - 1 : y + 2, x - 1 : x + 2] = torch.logit(torch.tensor(score)) - 0.5
        map[0, y, x] += 0.5
        map[1:5, y, x] = torch.tensor([x0 / 2 - x, y0 / 2 - y, x1 / 2 - x, y1 / 2 - y])
    return map


def test_every_line_is_found_where_it_is():
    found = decoded(described(), score=0.1, distance=0.1)
    assert np.abs(found[:3] + 0.5 - np.array(LINES)).max() < 2e-5 and len(found) == 3


@pytest.mark.parametrize(
    "score, distance, count", [(0.5, 0.1, 2), (0.7, 0.1, 1), (0.95, 0.1, 0), (0.1, 10.0, 2), (2, 1, 0)]
)
def test_unsure_and_short_lines_are_dropped(score, distance, count):
    assert len(decoded(described(), score, distance)) == count


class Describes(torch.nn.Module):
    def forward(self, image):
        return described()[None]


@pytest.mark.parametrize("resolution, size", [(0, (60, 90)), (60, (120, 180)), (60, (30, 45))])
def test_lines_are_drawn_at_the_images_size(resolution, size):
    drawn = segments(torch.zeros(1, 3, *size), network=Describes(), resolution=resolution)[0, 0]
    scale = size[0] / 60
    for x0, y0, x1, y1 in LINES:
        for x, y in ((x0, y0), (x1, y1)):
            assert drawn[int(y * scale), int(x * scale)] == 1
    assert drawn.sum() < 1.2 * scale * sum(max(abs(x1 - x0), abs(y1 - y0)) for x0, y0, x1, y1 in LINES) + 3
