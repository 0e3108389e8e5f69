import cv2
import numpy as np
import pytest
import torch
from scipy import ndimage

from armature.preprocessors.straight_lines import hough, lsd

METHODS = pytest.mark.parametrize("find", [hough.segments, lsd.segments], ids=["Hough", "LSD"])
SIZE = 240, 320


def polygon(size=SIZE):
    """A white quadrangle on black with smooth edges, and the one-pixel line around it."""
    height, width = size
    corners = np.array([[0.15, 0.2], [0.8, 0.1], [0.9, 0.85], [0.2, 0.75]]) * (width, height)
    corners = corners.round().astype(np.int32)
    filled, outline = np.zeros((8 * height, 8 * width), np.uint8), np.zeros(size, np.uint8)
    cv2.fillPoly(filled, [8 * corners + 4], 255)
    filled = cv2.resize(filled, (width, height), interpolation=cv2.INTER_AREA)
    cv2.polylines(outline, [corners], True, 255)
    return torch.from_numpy(filled)[None, None].expand(1, 3, -1, -1) / 255, outline > 0


@METHODS
@pytest.mark.parametrize("resolution", [0, 480, 120])
def test_the_edges_of_a_polygon_are_found_and_nothing_else(find, resolution):
    image, outline = polygon()
    drawn = find(image, resolution=resolution)[0, 0].numpy() > 0
    assert ndimage.distance_transform_edt(~outline)[drawn].max() <= 2
    assert (ndimage.distance_transform_edt(~drawn)[outline] <= 2).mean() > (0.99 if find is lsd.segments else 0.8)


@METHODS
@pytest.mark.parametrize("resolution", [0, 60, 480])
def test_lines_are_one_pixel_wide_at_any_working_size(find, resolution):
    image = torch.zeros(1, 3, *SIZE)
    image[..., 100:, :] = 1
    drawn = find(image, resolution=resolution)[0, 0].numpy() > 0
    assert drawn.any() and np.abs(np.nonzero(drawn)[0] - 99.5).max() < 4
    thickness = drawn.sum(axis=0)
    assert np.median(thickness) == 1


@METHODS
def test_short_lines_are_dropped(find):
    image = torch.zeros(1, 3, *SIZE)
    image[..., 100:, :] = 1
    image[..., 20:36, 30:46] = 1
    votes = {"votes": 3} if find is hough.segments else {}
    assert find(image, length=15, **votes)[0, 0, :60].max() == 0
    assert find(image, length=4, **votes)[0, 0, :60].max() == 1


@METHODS
def test_an_image_without_lines_gives_a_black_map(find):
    assert find(torch.full((1, 3, 50, 60), 0.5)).max() == 0


def test_a_gap_is_bridged():
    image = torch.zeros(1, 3, *SIZE)
    image[..., 100:102, :] = 1
    image[..., 150:156] = 0
    bridged = hough.segments(image, gap=5)[0, 0, 95:106, 150:156]
    assert bridged.amax(dim=0).min() == 1 and hough.segments(image, gap=0)[0, 0, 99:103, 152:154].max() == 0
