import numpy as np
import torch
from scipy.ndimage import uniform_filter

from armature.preprocessors.tile.guided import guided, guided_filter

from ..photographs import astronaut, frame


def textbook(image, radius, eps):
    """He, Sun and Tang 2013: a linear system in every window, solved one by one, in double precision."""

    def mean(x):
        return uniform_filter(x, size=(2 * radius + 1, 2 * radius + 1) + (1,) * (x.ndim - 2), mode="mirror")

    means = mean(image)
    covariance = mean(image[..., :, None] * image[..., None, :]) - means[..., :, None] * means[..., None, :]
    slope = np.linalg.solve(covariance + eps * np.eye(3), covariance)
    offset = means - np.einsum("hwij,hwi->hwj", slope, means)
    return np.einsum("hwij,hwi->hwj", mean(slope), image) + mean(offset)


def test_the_filter_is_the_textbooks():
    image = (frame(astronaut())[100:228, 150:278] / 255).astype(np.float32)
    for radius, eps in [(7, 0.01), (3, 0.001), (12, 0.1)]:
        ours = guided_filter(image, radius, eps, scale=1.0)
        assert np.abs(ours - textbook(image.astype(float), radius, eps).clip(0, 1)).max() < 0.2 / 255


def test_subsampled_it_is_close_to_the_whole():
    image = (frame(astronaut()) / 255).astype(np.float32)
    assert np.abs(guided_filter(image, 16, 0.01, 4.0) - guided_filter(image, 16, 0.01, 1.0)).mean() < 3 / 255


def test_texture_goes_and_edges_stay():
    noise = 0.02 * torch.randn(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    step = torch.cat((torch.full((1, 3, 96, 48), 0.2), torch.full((1, 3, 96, 48), 0.8)), dim=-1)
    out = guided(step + noise)
    assert out[..., 20:76, 10:30].std() < 0.2 * noise.std()
    assert out[..., 51].mean() - out[..., 44].mean() > 0.5


def test_brighter_than_white_stays_white():
    image = torch.full((1, 3, 64, 64), 0.4)
    image[..., 32:] = 1.0
    assert guided(image, radius=3)[..., 40:].min() > 0.97
