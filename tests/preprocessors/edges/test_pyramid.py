import cv2
import numpy as np
import torch

from armature.preprocessors.edges.pyramid import pyramid_canny

from ..photographs import astronaut, frame


def reference(image, low, high):
    """The formula as published, one colour after the other, in double precision, cut to eight bits."""
    height, width, _ = image.shape
    total = np.zeros((height, width))
    for colour in range(3):
        blended = None
        for scale in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
            size = int(width * scale), int(height * scale)
            small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            edges = cv2.Canny(np.ascontiguousarray(small[..., colour]), low, high) / 255.0
            if blended is not None:
                edges = cv2.resize(blended, size, interpolation=cv2.INTER_LINEAR) * 0.75 + edges * 0.25
            blended = edges
        total += blended
    black, white = np.percentile(total, 1), np.percentile(total, 99)
    return ((total - black) / (white - black) * 255).clip(0, 255).astype(np.uint8)


def test_it_is_the_published_formula():
    image = astronaut()
    ours = pyramid_canny(image, low=64, high=128)[0, 0].numpy() * 255
    assert np.abs(ours - reference(frame(image), 64, 128)).max() < 1.01
    assert ours.std() > 20


def test_an_edge_of_every_scale_is_brighter_than_a_texture():
    image = torch.full((1, 3, 200, 200), 0.2)
    image[..., 100:] = 0.9
    image[..., 20:80, 20:80] += 0.6 * ((torch.arange(60)[:, None] + torch.arange(60)) % 2)
    edges = pyramid_canny(image)[0, 0]
    assert edges[:, 99:101].mean() > 2 * edges[30:70, 30:70].mean()
