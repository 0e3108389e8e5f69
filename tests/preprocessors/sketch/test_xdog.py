import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from armature.preprocessors.sketch.xdog import xdog

from ..photographs import coffee, frame


@pytest.mark.parametrize("threshold", [32, 15])
def test_it_is_the_published_formula_with_scipys_blur(threshold):
    image = coffee()
    levels = frame(image).astype(float)

    def blurred(sigma):
        return np.stack([gaussian_filter(levels[..., c], sigma, mode="mirror") for c in range(3)], axis=-1)

    difference = np.ceil((blurred(5.0) - blurred(0.5)).min(axis=2).clip(0, 255))
    expected = 2 * difference > threshold
    ours = xdog(image, threshold=threshold)[0, 0].numpy() > 0
    assert (ours != expected).mean() < 1e-4 and 0.01 < expected.mean() < 0.5


def test_a_dark_line_is_white_and_a_light_line_is_nothing():
    image = torch.full((1, 3, 64, 64), 0.5)
    image[..., 20, :] = 0.0
    image[..., 44, :] = 1.0
    lines = xdog(image)[0, 0]
    assert lines[20].min() == 1 and lines[42:47].max() == 0
