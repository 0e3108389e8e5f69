import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import correlate1d, gaussian_filter
from torch.nn.functional import interpolate

from armature.preprocessors.tile.blur import blur
from armature.preprocessors.tile.resample import resample
from armature.preprocessors.tile.simple import simple

from ..photographs import astronaut


def test_blur_is_scipys():
    image = astronaut()[..., :128, :160]
    expected = np.stack([gaussian_filter(c, 4.0, mode="mirror", truncate=6) for c in image[0].numpy()])
    assert np.abs(blur(image, sigma=4.0)[0].numpy() - expected).max() < 1e-3


def test_a_rate_of_one_leaves_the_image():
    assert torch.equal(resample(astronaut()), astronaut())


def test_resampling_shrinks_to_the_mean_of_blocks_and_grows_by_cubic():
    image = astronaut()
    blocks = image.reshape(1, 3, 128, 4, 128, 4).mean((3, 5))
    grown = interpolate(blocks, (512, 512), mode="bicubic")
    lowest, highest = (bound(blocks.flatten(2), dim=-1)[..., None, None] for bound in (torch.amin, torch.amax))
    assert torch.allclose(resample(image, rate=4.0), grown.clamp(lowest, highest), atol=1e-4)


@pytest.mark.parametrize("strength, taps", [(1.0, 1), (2.0, 3), (3.9, 3), (9.0, 9)])
def test_the_simple_one_blurs_with_a_short_window(strength, taps):
    image = astronaut()[..., :64, :80]
    place = np.arange(taps) - taps // 2
    kernel = np.exp(-(place**2) / (2 * (strength / 2) ** 2))
    expected = image[0].numpy()
    for axis in (1, 2):
        expected = correlate1d(expected, kernel / kernel.sum(), axis=axis, mode="mirror")
    assert np.abs(simple(image, blur=strength)[0].numpy() - expected).max() < 1e-4


def test_the_simple_one_grows_with_lanczos():
    image = astronaut()
    blocks = image.reshape(1, 3, 128, 4, 128, 4).mean((3, 5))[0].movedim(0, -1).numpy()
    planes = [Image.fromarray(np.ascontiguousarray(blocks[..., c])) for c in range(3)]
    grown = np.stack([np.asarray(plane.resize((512, 512), Image.Resampling.LANCZOS)) for plane in planes])
    ours = simple(image, scale=4.0, blur=1.0)[0].numpy()  # PIL's Lanczos has 6 taps, OpenCV's 8
    assert np.abs(ours - grown.clip(0, 1)).mean() < 1 / 255
