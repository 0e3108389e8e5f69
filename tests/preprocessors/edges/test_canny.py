import cv2
import numpy as np
import pytest
import torch

from armature.preprocessors.edges.canny import CANNY, canny


def images(count=2, height=40, width=56):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("low, high", [(100, 200), (50, 100), (0, 255)])
def test_it_is_opencvs_canny_on_eight_bit_rgb(low, high):
    image = images()
    for frame, edges in zip(image, canny(image, low=low, high=high)):
        eight_bit = np.ascontiguousarray((frame.movedim(0, -1) * 255).round().byte().numpy())
        assert np.array_equal(edges[0].mul(255).byte().numpy(), cv2.Canny(eight_bit, low, high))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2), (513, 17)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_any_size_and_precision(size, dtype):
    edges = canny(images(1, *size).to(dtype))
    assert edges.shape == (1, 3, *size) and edges.dtype == torch.float32
    assert set(edges.unique().tolist()) <= {0.0, 1.0}


def test_the_outline_of_a_square_and_nothing_else():
    image = torch.zeros(1, 3, 32, 32)
    image[..., 8:24, 8:24] = 1
    edges = canny(image)[0, 0]
    assert edges[7:25, 7:25].sum() == edges.sum() > 50
    assert edges[10:22, 10:22].sum() == 0


def test_the_image_is_left_as_it_was():
    image = images()
    before = image.clone()
    canny(image)
    assert torch.equal(image, before)


def test_thresholds_are_its_options():
    assert [(option.name, option.default, option.limits.high) for option in CANNY.options] == [
        ("low", 100, 255),
        ("high", 200, 255),
    ]
