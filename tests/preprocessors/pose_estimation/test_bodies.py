"""Bodies from maps of which the people are known, and against the slow reading of the same maps."""

import cv2
import numpy as np
import pytest
import torch

from armature.benchmarks import crowd
from armature.preprocessors.pose.openpose import Body
from armature.preprocessors.pose_estimation.bodies import bodies, candidates
from armature.preprocessors.pose_estimation.enlarging import blurred, enlarging
from armature.preprocessors.pose_estimation.openpose import openpose

from . import slow_openpose

SIZES = [(240, 320), (150, 200)]  # larger and smaller than the 184 rows that the network looks at
WITHOUT = {"hands": None, "face": None, "detect_hands": "disable", "detect_face": "disable"}


class Known(torch.nn.Module):
    """A network that always gives these maps."""

    def __init__(self, fields, points):
        super().__init__()
        self.maps = torch.from_numpy(fields)[None], torch.from_numpy(points)[None]

    def forward(self, image):
        assert image.shape[-2] % 8 == 0 and tuple(side // 8 for side in image.shape[-2:]) == self.maps[0].shape[-2:]
        assert image.min() >= -0.5 and image.max() < 0.5
        return self.maps


def read(fields, points, size):
    """Candidates and people, by the slow reading, as points."""
    found, rows = slow_openpose.people(fields, points, crowd.looked(*size), size)
    people = [[found[part][index] if index >= 0 else (0, 0, 0) for part, index in enumerate(row)] for row in rows]
    return found, np.array(people).reshape(-1, 18, 3)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("count", [1, 3, 6])
def test_known_people_are_found_as_the_slow_reading_finds_them(count, size):
    known = crowd.crowd(count, *size)
    fields, points = crowd.maps(known, *size)
    place = enlarging(points.shape[1:], crowd.looked(*size), size)
    slow_candidates, slow_people = read(fields, points, size)
    for own, slow in zip(candidates(points.astype(float), place), slow_candidates):
        assert np.allclose(np.column_stack([own.x, own.y, own.score]), np.reshape(slow, (-1, 3)), rtol=0, atol=2e-6)
    found = np.array(bodies(fields, points, place))
    assert np.allclose(found, slow_people, rtol=0, atol=2e-6) and len(found) == count
    left_to_right = found[np.argsort(found[:, 1, 0])]
    assert np.hypot(*(left_to_right[..., :2] - known).transpose(2, 0, 1)).max() < 4


def test_noise_is_read_as_the_slow_reading_reads_it():
    size, generator = (90, 120), np.random.default_rng(0)
    cells = tuple(-(-side // 8) for side in crowd.looked(*size))

    def noise(count, mean):
        planes = generator.normal(mean, 1, (count, *cells)).astype(np.float32)
        return np.stack([cv2.GaussianBlur(plane, (0, 0), 1.2) for plane in planes])

    fields, points = noise(38, 0.4), noise(19, 0.0)
    place = enlarging(cells, crowd.looked(*size), size)
    found, slow = np.array(bodies(fields, points, place)), read(fields, points, size)[1]
    assert len(slow) > 5 and np.allclose(found, slow, rtol=0, atol=2e-6)


@pytest.mark.parametrize("count", [1, 6])
def test_what_is_drawn_is_what_the_slow_reading_would_draw(count):
    size = SIZES[0]
    fields, points = crowd.maps(crowd.crowd(count, *size), *size)
    image = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0))
    drawn, (frame,) = openpose(image, body=Known(fields, points), **WITHOUT)
    assert (frame["canvas_height"], frame["canvas_width"]) == size and len(frame["people"]) == count
    canvas = np.zeros((*size, 3), np.uint8)
    for person in read(fields, points, size)[1]:
        Body().draw(canvas, person, 0.0)
    assert np.array_equal((drawn[0].movedim(0, -1) * 255).round().numpy(), canvas) and canvas.any()


def test_maps_without_peaks_show_nobody():
    fields, points = crowd.maps(crowd.crowd(0, 240, 320), 240, 320)
    drawn, frames = openpose(torch.ones(2, 3, 240, 320), body=Known(fields, points), **WITHOUT)
    assert not drawn.any() and [frame["people"] for frame in frames] == [[], []]


def test_few_places_are_read_as_all_are():
    generator = np.random.default_rng(1)
    place, plane = enlarging((5, 7), (36, 50), (61, 83)), generator.normal(size=(5, 7))
    y, x = generator.integers(0, 61, (3, 4)), generator.integers(0, 83, (3, 4))
    assert np.allclose(place.at(plane, y, x), place.whole(plane)[y, x], rtol=0, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 5, 40])
def test_the_blur_is_scipys(rows):
    from scipy.ndimage import gaussian_filter1d

    values = np.random.default_rng(2).normal(size=(rows, 3))
    assert np.allclose(blurred(values), gaussian_filter1d(values, 3, axis=0), rtol=0, atol=1e-12)
