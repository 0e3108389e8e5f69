import cv2
import numpy as np
import pytest
import torch
from scipy import ndimage

from armature.errors import UnsuitableSize
from armature.preprocessors.fitting import fitted, pixel_perfect
from armature.preprocessors.resize import binary, labels, smooth, thin

from .photographs import astronaut

MODES = ["Just Resize", "Crop and Resize", "Resize and Fill"]


def classes():
    colours = torch.tensor([[0.2, 0.4, 0.6], [0.9, 0.1, 0.3], [0.5, 0.5, 0.0]])
    blocks = torch.randint(3, (6, 8), generator=torch.Generator().manual_seed(0))
    return colours[blocks.repeat_interleave(10, 0).repeat_interleave(10, 1)].movedim(-1, 0)[None]


def drawn(thickness):
    canvas = np.zeros((60, 80), np.uint8)
    cv2.circle(canvas, (40, 30), 20, 255, thickness)
    cv2.line(canvas, (5, 50), (70, 5), 255, max(1, thickness))
    return torch.from_numpy(canvas)[None, None].expand(1, 3, -1, -1).float() / 255


CASES = [(astronaut(), smooth), (classes(), labels), (drawn(1), thin), (drawn(9), binary), (drawn(-1), binary)]


@pytest.mark.parametrize("size", [(90, 120), (30, 40), (47, 101)], ids=str)
@pytest.mark.parametrize("hint, resize", CASES, ids=["photo", "classes", "thin lines", "thick lines", "disc"])
def test_the_map_is_told_by_its_colours(hint, resize, size):
    assert torch.equal(fitted(hint, size), resize(hint, size))


def test_two_classes_are_labels_where_they_are_not_black_and_white():
    hint = torch.where(classes() > 0.45, 0.8, 0.3)[:, :1].expand(-1, 3, -1, -1)
    assert set(fitted(hint, (90, 90)).unique().tolist()) == set(hint.unique().tolist())


def test_thin_lines_stay_connected_where_the_nearest_pixel_tears_them():
    hint, eight = drawn(1), np.ones((3, 3))
    assert ndimage.label(labels(hint, (25, 33))[0, 0].numpy(), eight)[1] > 1
    assert ndimage.label(fitted(hint, (25, 33))[0, 0].numpy(), eight)[1] == 1


def test_what_is_said_about_the_content_counts():
    assert torch.equal(fitted(drawn(1), (90, 120), content="shades"), smooth(drawn(1), (90, 120)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (64, 64), (33, 200)], ids=str)
def test_it_has_the_size_asked_for(size, mode):
    for hint, _ in CASES:
        assert fitted(hint, size, mode).shape == (1, 3, *size)


def test_a_crop_is_the_middle_of_the_filled_up_size():
    wide = fitted(astronaut()[..., :256, :], (100, 100), "Crop and Resize")
    assert torch.equal(wide, smooth(astronaut()[..., :256, :], (100, 200))[..., 50:150])


def test_what_is_missing_gets_the_borders_colour():
    hint = classes()
    hint[..., 0, :] = hint[..., -1, :] = hint[..., :, 0] = hint[..., :, -1] = hint[..., 5:6, 5]
    out = fitted(hint, (100, 80), "Resize and Fill")
    assert torch.equal(out[..., 20:80, :], hint)
    assert (out[..., :20, :] == hint[..., :1, :1]).all() and (out[..., 80:, :] == hint[..., :1, :1]).all()


def test_the_mark_of_an_inpaint_hint_is_not_mixed():
    hint = astronaut().clamp(min=0.1)
    hint[..., 100:300, 50:200] = -1.0
    out = fitted(hint, (300, 300))
    assert set(out[out <= 0].tolist()) == {-1.0}
    assert abs((out < 0).float().mean() - (hint < 0).float().mean()) < 2e-3


def test_a_side_that_opencv_cannot_take_is_refused():
    with pytest.raises(UnsuitableSize, match="a map of 400 x 1 becomes 409600 x 1024"):
        fitted(torch.rand(1, 3, 1, 400), (1024, 1024), "Crop and Resize")


@pytest.mark.parametrize("mode, expected", [("Just Resize", 512), ("Crop and Resize", 512), ("Resize and Fill", 384)])
def test_pixel_perfect_is_the_short_side_at_the_target(mode, expected):
    assert pixel_perfect((768, 1024), (512, 512), mode) == expected


def test_a_map_at_the_pixel_perfect_resolution_needs_no_resizing():
    short = pixel_perfect((600, 400), (1024, 1024), "Crop and Resize")
    drawing = torch.rand(1, 3, 1536, short)
    assert torch.equal(fitted(drawing, (1024, 1024), "Crop and Resize", "shades"), drawing[..., 256:1280, :])
