import cv2
import numpy as np
import pytest
import torch

from armature.preprocessors.shuffle import shuffle

from .photographs import astronaut, coffee, frame


def published(image, seed):
    """The formula as published: two fields of cubic noise, stretched, that say where a pixel comes from."""
    height, width = image.shape[:2]
    generator, fields = np.random.default_rng(seed), []
    for side in (width, height):
        noise = generator.uniform(0, 1, (height // 256 + 2, width // 256 + 2))
        noise = cv2.resize(noise, (width + 512, height + 512), interpolation=cv2.INTER_CUBIC)
        noise = noise[256 : 256 + height, 256 : 256 + width]
        fields.append((noise - noise.min()) / (noise.max() - noise.min()) * (side - 1))
    x, y = fields
    x0, y0 = x.astype(int).clip(0, width - 2), y.astype(int).clip(0, height - 2)
    right, below = (x - x0)[..., None], (y - y0)[..., None]
    upper = image[y0, x0] * (1 - right) + image[y0, x0 + 1] * right
    lower = image[y0 + 1, x0] * (1 - right) + image[y0 + 1, x0 + 1] * right
    return upper * (1 - below) + lower * below


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
@pytest.mark.parametrize("photo", [astronaut, coffee])
def test_it_is_the_published_warp(photo, seed):
    image = photo()
    (ours,) = shuffle(image, seed=seed)
    difference = np.abs(ours[0].movedim(0, -1).numpy() * 255 - published(frame(image).astype(float), seed))
    assert difference.mean() < 0.1 and difference.max() < 4  # OpenCV places pixels to a 32nd


def test_a_batch_has_one_warp_and_varies_by_the_next_seeds():
    image = astronaut()[..., :96, :80]
    alike = list(shuffle(image.repeat(3, 1, 1, 1), seed=5))
    assert torch.equal(alike[0], alike[2])
    varied = list(shuffle(image.repeat(3, 1, 1, 1), seed=5, vary=True))
    assert torch.equal(varied[0], alike[0]) and not torch.equal(varied[1], alike[0])
    assert torch.equal(varied[2], next(shuffle(image, seed=7)))


def test_zero_is_a_seed():
    image = astronaut()[..., :96, :80]
    assert torch.equal(next(shuffle(image, seed=0)), next(shuffle(image, seed=0)))
