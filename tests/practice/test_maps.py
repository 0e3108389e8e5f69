"""Control maps of the drawn world: what is known of a scene, and what can be made of any picture."""

import numpy as np
import pytest
import torch

from armature.practice.maps import depth, images, nearest, scribbles, segments
from armature.practice.training.examples import Examples
from armature.practice.training.known import Known
from armature.practice.world import SHAPES, Scene, scene
from armature.preprocessors.edges.canny import canny
from armature.preprocessors.segments.ade20k import ADE20K

SCENES = [scene(seed) for seed in range(12)]


def levels(image):
    return torch.unique(image).tolist()


def test_layers_count_the_things_of_the_caption():
    for s in SCENES:
        assert s.layers.shape == s.image.shape[:2] and s.layers.dtype == np.uint8
        assert s.layers.max() <= len(s.shapes) == s.caption.count(" and a ") + 1
        assert all(shape in s.caption for shape in s.shapes)


@pytest.mark.parametrize("seed", [4, 12, 13])
def test_a_layer_is_where_the_thing_is_drawn(seed):
    """One plain thing on a plain ground: inside of it and outside the colour is about one, and another."""
    s = scene(seed)
    inside, outside = (s.image[s.layers == n].astype(float) for n in (1, 0))
    apart = abs(np.median(inside, axis=0) - np.median(outside, axis=0)).max()
    assert inside.std(axis=0).max() < apart / 2 and outside.std(axis=0).max() < apart / 2


def test_depth_is_black_on_the_ground_and_white_on_the_nearest():
    maps = depth(SCENES)
    assert maps.shape == (12, 3, 128, 128)
    for s, found in zip(SCENES, maps):
        seen = torch.from_numpy(s.layers)
        assert not found[:, seen == 0].any()
        assert (found[:, seen == seen.max()] == 1).all()
        order = [found[0][seen == n].unique().item() for n in seen.unique()]
        assert order == sorted(order)


def test_the_nearest_is_what_is_white_in_depth():
    found = nearest(SCENES)
    assert found.shape == (12, 1, 128, 128)
    assert torch.equal(found[:, 0] == 1, depth(SCENES)[:, 0] == 1)


def test_segments_are_one_flat_colour_for_each_shape():
    layers = np.zeros((4, 4), np.uint8)
    layers[0], layers[1], layers[2] = 1, 2, 3
    found = segments([Scene(np.zeros((4, 4, 3), np.uint8), "", layers, ("star", "circle", "star"))])[0]
    star, circle = (ADE20K[1 + list(SHAPES).index(name)][1] for name in ("star", "circle"))
    expected = torch.tensor([star, circle, star, ADE20K[0][1]]).T / 255
    torch.testing.assert_close(found, expected[:, :, None].expand(3, 4, 4))


def test_scribbles_are_broad_and_hold_every_edge():
    pictures = images(SCENES)
    edges, fine, broad = canny(pictures), scribbles(pictures), scribbles(pictures, 1.8)
    assert levels(fine) == [0, 1] and levels(broad) == [0, 1]
    assert edges.mean() < fine.mean() < broad.mean()
    assert (edges <= fine).float().mean() > 0.999


def test_what_is_known_is_that_of_each_picture(tmp_path):
    examples = Examples(tmp_path, side=32, count=24)
    known = Known(examples)
    assert 0 < len(known.drawn) < 24
    assert not any(examples.captions[i].startswith("a photo") for i in known.drawn)
    first = known.drawn[0]
    (found,) = Known(examples).scenes([first])
    assert np.array_equal(found.layers, scene(first, 32).layers) and found.shapes == scene(first, 32).shapes
    assert np.array_equal(found.image, scene(first, 32).image) and found.caption == scene(first, 32).caption
    assert set(known.pick(50, torch.Generator().manual_seed(0))) <= set(known.drawn)
