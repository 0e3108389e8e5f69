import cv2
import numpy as np
import pytest
import torch
from scipy import ndimage

from armature.preprocessors.resize import labels, smooth, thin
from armature.preprocessors.thinning import thinned

EIGHT = np.ones((3, 3))


def test_smooth_is_opencvs_area_when_it_shrinks_and_cubic_when_it_grows():
    image = torch.rand(2, 3, 40, 60, generator=torch.Generator().manual_seed(0)) * 0.5 + 0.25
    for size, filter in [((24, 37), cv2.INTER_AREA), ((80, 120), cv2.INTER_CUBIC)]:
        expected = cv2.resize(image[1].movedim(0, -1).numpy(), size[::-1], interpolation=filter)
        bounds = image[1].amin((1, 2)).numpy(), image[1].amax((1, 2)).numpy()
        assert np.allclose(smooth(image, size)[1].movedim(0, -1).numpy(), expected.clip(*bounds), atol=1e-6)


@pytest.mark.parametrize("size", [(7, 100), (40, 60), (1, 1), (95, 131)], ids=str)
def test_labels_keep_their_colours(size):
    colours = torch.tensor([[0.1, 0.2, 0.3], [0.9, 0.5, 0.7], [0.0, 1.0, 0.4]])
    drawn = colours[torch.randint(3, (1, 40, 60), generator=torch.Generator().manual_seed(0))].movedim(-1, 1)
    out = labels(drawn, size)
    assert out.shape == (1, 3, *size)
    assert {tuple(c.tolist()) for c in out.movedim(1, -1).reshape(-1, 3)} <= {tuple(c.tolist()) for c in colours}


def drawing(size=(60, 90)):
    canvas = np.zeros(size, np.uint8)
    cv2.line(canvas, (5, 5), (80, 40), 255)
    cv2.circle(canvas, (40, 35), 18, 255)
    cv2.rectangle(canvas, (60, 10), (85, 55), 255)
    return torch.from_numpy(canvas)[None, None].expand(1, 3, -1, -1).float() / 255


@pytest.mark.parametrize("size", [(120, 180), (87, 131), (45, 67), (30, 45)], ids=str)
def test_thin_lines_stay_thin_connected_and_in_place(size):
    before, after = drawing()[0, 0].numpy() > 0, thin(drawing(), size)[0, 0].numpy() > 0
    assert ndimage.label(after, EIGHT)[1] == ndimage.label(before, EIGHT)[1] == 1
    assert not ndimage.binary_erosion(after, np.ones((2, 2))).any() or size < (60, 90)
    y, x = np.nonzero(after)
    back = (y + 0.5) * before.shape[0] / size[0] - 0.5, (x + 0.5) * before.shape[1] / size[1] - 0.5
    distance = ndimage.distance_transform_edt(~before)
    assert ndimage.map_coordinates(distance, back, order=1).max() <= 1.5


def test_thinning_finds_the_centre_of_a_bar():
    bar = np.zeros((21, 60), bool)
    bar[6:15, 5:55] = True
    line = thinned(bar)
    assert line.sum(axis=0).max() == 1 and line[10, 15:45].all()


def test_thinning_leaves_a_thin_line_as_it_is():
    line = np.eye(20, dtype=bool)
    assert np.array_equal(thinned(line), line)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 3), (2, 5)], ids=str)
def test_thinning_loses_no_spot(size):
    spots = np.zeros((12, 12), bool)
    spots[3 : 3 + size[0], 4 : 4 + size[1]] = True
    assert 1 <= thinned(spots).sum() <= max(size)
