import cv2
import numpy as np
import pytest
import torch

from armature.preprocessors.depth.normalize import normalized


def picture(*rows):
    return torch.tensor(rows)[None, None].expand(-1, 3, -1, -1)


def test_the_range_is_stretched_as_opencv_does():
    depth = torch.rand(1, 1, 20, 30, generator=torch.Generator().manual_seed(0)) * 0.3 + 0.2
    expected = cv2.normalize(depth[0, 0].numpy(), None, 0, 1, cv2.NORM_MINMAX)
    out = normalized(depth.expand(-1, 3, -1, -1))
    assert np.allclose(out[0, 2].numpy(), expected, atol=1e-6)


def test_black_near_is_turned_over():
    out = normalized(picture([0.2, 0.3, 0.6]), near="black")
    assert torch.allclose(out[0, 0, 0], torch.tensor([1, 0.75, 0]))


def test_many_more_shades_than_eight_bits_come_out():
    ramp = torch.linspace(0.4, 0.41, 4096)[None, None, None].expand(-1, 3, -1, -1)
    assert len(normalized(ramp)[0, 0].unique()) > 4000


def test_percents_are_of_the_pixels():
    out = normalized(torch.arange(101.0)[None, None, None].expand(-1, 3, -1, -1), far_percent=10, near_percent=20)[0, 0]
    assert (out == 0).sum() == 11 and (out == 1).sum() == 21
    assert out[0, 45] == pytest.approx(0.5)


def test_outside_the_mask_is_black_and_does_not_count():
    out = normalized(picture([0.1, 0.5, 0.7, 0.9]), mask=torch.tensor([0.0, 1.0, 1.0, 0.0])[None, None, None])
    assert torch.allclose(out[0, 0, 0], torch.tensor([0.0, 0.0, 1.0, 0.0]))
    assert not normalized(picture([0.1, 0.9]), mask=torch.zeros(1, 1, 1, 2)).any()


def test_a_flat_picture_is_black():
    assert not normalized(torch.full((1, 3, 4, 5), 0.7)).any()
