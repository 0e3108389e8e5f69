import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from armature.preprocessors.line_art.standard import line_art

from ..photographs import astronaut, frame


@pytest.mark.parametrize("sigma, threshold", [(6.0, 8), (2.0, 3)])
def test_it_is_the_published_formula_with_scipys_blur(sigma, threshold):
    image = astronaut()
    levels = frame(image).astype(float)
    blurred = np.stack([gaussian_filter(levels[..., c], sigma, mode="mirror") for c in range(3)], axis=-1)
    darker = (blurred - levels).min(axis=2).clip(0, 255)
    expected = (darker / max(16, np.median(darker[darker > threshold])) * 127).clip(0, 255)
    ours = line_art(image, sigma=sigma, threshold=threshold)[0, 0].numpy() * 255
    assert np.abs(ours - expected).max() < 0.1


def test_a_dark_line_is_white_and_a_light_line_is_nothing():
    image = torch.full((1, 3, 64, 64), 0.5)
    image[..., 20, :] = 0.0
    image[..., 44, :] = 1.0
    lines = line_art(image)[0, 0]
    assert lines[20].min() > 0.45 and lines[19].max() < 0.1 and lines[44].max() == 0


def test_a_flat_image_has_no_lines():
    assert line_art(torch.full((1, 3, 20, 30), 0.7)).max() < 1e-5


def test_faint_lines_are_not_blown_up():
    image = torch.full((1, 3, 64, 64), 0.5)
    image[..., 30, :] -= 4 / 255
    assert line_art(image).max() < 4 / 16 * 0.5


def test_a_line_darker_in_one_colour_only_is_no_line():
    image = torch.full((1, 3, 64, 64), 0.5)
    image[:, 0, 30] = 0.0
    assert line_art(image).max() < 1e-5
