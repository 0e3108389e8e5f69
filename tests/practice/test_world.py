import numpy as np
import pytest

from armature.practice.photos import SUBJECTS, crop
from armature.practice.training.examples import Examples, example
from armature.practice.world import COLOURS, HELD_OUT_SEEDS, SHAPES, scene


@pytest.mark.parametrize("draw", [scene, crop, example])
@pytest.mark.parametrize("side", [64, 128])
def test_a_picture_is_a_function_of_its_seed(draw, side):
    first, again, other = draw(3, side), draw(3, side), draw(4, side)
    assert first.image.shape == (side, side, 3) and first.image.dtype == np.uint8
    assert np.array_equal(first.image, again.image) and first.caption == again.caption
    assert not np.array_equal(first.image, other.image)


def test_captions_speak_the_small_grammar():
    words = {"a", "an", "and", "on", "with", "ground", "stripes", "small", "large"} | set(COLOURS) | set(SHAPES)
    for seed in range(200):
        caption = scene(seed, 64).caption
        assert set(caption.split()) <= words
        assert caption.endswith("ground")


def test_what_the_caption_names_is_drawn():
    scenes = (scene(seed, 64) for seed in range(300))
    reds = [s for s in scenes if s.caption.endswith("on a red ground") and " and " not in s.caption]
    for s in reds:
        assert np.median(s.image.reshape(-1, 3), axis=0).argmax() == 0
    assert reds


def test_the_bundled_photo_is_not_among_the_training_photos():
    assert not any("coffee" in path for path in SUBJECTS)


def test_examples_are_drawn_once_and_never_held_out(tmp_path):
    first = Examples(tmp_path, side=32, count=12)
    again = Examples(tmp_path, side=32, count=12)
    assert len(again) == 12 < HELD_OUT_SEEDS
    assert np.array_equal(first.images, again.images) and first.captions == again.captions
    assert first.pixels([0, 5]).shape == (2, 3, 32, 32)
    assert first.pixels([0]).min() >= -1 and first.pixels([0]).max() <= 1
