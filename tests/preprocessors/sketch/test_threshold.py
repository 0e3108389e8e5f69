import numpy as np
import torch
from skimage import data
from skimage.filters import threshold_otsu

from armature.preprocessors.sketch.threshold import threshold

from ..photographs import coffee, frame


def test_the_darkest_channel_decides():
    image = coffee()
    expected = frame(image).min(axis=2) > 127
    assert np.array_equal(threshold(image)[0, 1].numpy(), expected) and 0 < expected.mean() < 1


def test_grey_is_luma():
    image = coffee()
    luma = (frame(image) * np.array([0.299, 0.587, 0.114])).sum(axis=2)
    differs = threshold(image, level=100, brightness="grey")[0, 1].numpy() != (luma > 100.5)
    assert np.abs(luma[differs] - 100.5).max(initial=0) < 0.01


def test_the_found_level_is_otsus():
    page = data.page()
    image = torch.from_numpy(page)[None, None].expand(1, 3, -1, -1) / 255
    expected = page > threshold_otsu(page)
    assert np.array_equal(threshold(image, brightness="grey", otsu=True)[0, 0].numpy(), expected)
