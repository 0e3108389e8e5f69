"""What every declared preprocessor promises, whichever it is."""

from copy import deepcopy

import pytest
import torch
from comfy.model_patcher import ModelPatcher

from armature import discovery, preprocessors
from armature.host.frames import as_frames
from armature.host.preprocessing import preprocess
from armature.host.pretrained import placed
from armature.preprocessors.declare import Image, Mask, Network, Preprocessor
from armature.preprocessors.running import Working

from .samples import photo, values

EVERY = list(discovery.declared(preprocessors, Preprocessor).values())
every = pytest.mark.parametrize("preprocessor", EVERY, ids=lambda one: one.id)
NATIVE = Working()
SIZES = [(1, 1), (1, 9), (9, 1), (2, 3), (65, 127), (300, 7)]
FLAT = [(1, 1), (2, 3), (65, 127)]  # of one shade, where a size matters less
LOOKS = [  # batch, channels, precision: every pair of two of them
    *((1, 1, torch.float16), (1, 3, torch.float32), (1, 4, torch.float16)),
    *((3, 1, torch.float32), (3, 3, torch.float16), (3, 4, torch.float32)),
]
LONG = [(1024, 300), (4096, 24), (24, 4096)]
CHEAP = ("Canny", "ColorPalette", "RecolorIntensity", "Shuffle", "Threshold", "TilePyramid")


def run(preprocessor, image, working=NATIVE, optional=False):
    return preprocess(preprocessor, image, values(preprocessor, *image.shape[:3], optional), working)


def pictures(preprocessor, results):
    return [result for output, result in zip(preprocessor.outputs, results) if output.kind in (Image, Mask)]


def check(preprocessor, results, batch, height, width):
    for picture in pictures(preprocessor, results):
        frames = len(picture) if preprocessor.together else batch
        assert picture.shape == (frames, height, width, 3) or picture.shape == (frames, height, width)
        assert picture.dtype == torch.float32 and picture.isfinite().all() and picture.is_contiguous()
        assert preprocessor.lowest <= picture.min() and picture.max() <= 1


@every
@pytest.mark.parametrize("batch, channels, dtype", LOOKS, ids=str)
def test_it_takes_any_image(preprocessor, batch, channels, dtype):
    for height, width in ((1, 1), (33, 48), (65, 127)):
        image = photo(batch, height, width, channels).to(dtype)
        check(preprocessor, run(preprocessor, image), batch, height, width)


@every
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_it_leaves_what_it_is_given_as_it_was(preprocessor, channels):
    image = photo(3, 33, 47, channels)
    given = values(preprocessor, 3, 33, 47, optional=True)
    image_before, given_before = image.clone(), deepcopy(given)
    preprocess(preprocessor, image, given, NATIVE)
    assert torch.equal(image, image_before) and given.keys() == given_before.keys()
    assert all(same(given[name], before) for name, before in given_before.items())


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return isinstance(one, ModelPatcher) or one == other


@every
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_takes_any_size(preprocessor, size):
    check(preprocessor, run(preprocessor, photo(2, *size), optional=True), 2, *size)


@every
@pytest.mark.parametrize("size", FLAT, ids=str)
@pytest.mark.parametrize("shade", [0.0, 1.0], ids=["black", "white"])
def test_it_takes_images_of_one_shade(preprocessor, size, shade):
    check(preprocessor, run(preprocessor, torch.full((2, *size, 3), shade), optional=True), 2, *size)


@every
@pytest.mark.parametrize("size", LONG, ids=str)
def test_it_takes_long_images(preprocessor, size):
    check(preprocessor, run(preprocessor, photo(1, *size, 4).half()), 1, *size)


@pytest.mark.parametrize("preprocessor", [one for one in EVERY if one.id in CHEAP], ids=lambda one: one.id)
def test_it_takes_large_images(preprocessor):
    image = photo(1, 256, 256).repeat(1, 16, 16, 1)
    check(preprocessor, run(preprocessor, image), 1, 4096, 4096)


@every
@pytest.mark.parametrize("resolution", [24, 72])
def test_it_works_at_any_resolution_and_gives_the_images_size(preprocessor, resolution):
    image = photo(2, 48, 64)
    check(preprocessor, run(preprocessor, image, Working(resolution)), 2, 48, 64)
    kept = Working(resolution, keep=True)
    check(preprocessor, run(preprocessor, image, kept), 2, *kept.size(48, 64))


@every
def test_it_gives_the_same_again(preprocessor):
    image = photo(2, 40, 30)
    for once, again in zip(run(preprocessor, image), run(preprocessor, image)):
        assert torch.equal(once, again) if isinstance(once, torch.Tensor) else once == again


@every
def test_every_option_says_what_it_does_and_starts_within_its_limits(preprocessor):
    for option in preprocessor.options:
        assert option.help.endswith((".", ")")) and option.name.islower()
        if option.limits:
            assert option.limits.low <= option.default <= option.limits.high


@every
def test_it_says_what_it_makes(preprocessor):
    assert preprocessor.help and preprocessor.title


@pytest.mark.parametrize("preprocessor", [one for one in EVERY if not one.together], ids=lambda one: one.id)
def test_a_batch_at_once_is_the_frames_one_by_one(preprocessor):
    image = photo(3, 40, 30).movedim(-1, 1)
    given = taken(preprocessor, values(preprocessor, 3, 40, 30))
    whole = results(preprocessor.run(image, **given))
    for index in range(3):
        alone = {name: at(value, index) for name, value in given.items()}
        for batch, frame in zip(whole, results(preprocessor.run(image[index : index + 1], **alone))):
            if isinstance(frame, torch.Tensor):
                assert torch.allclose(batch[index], frame[0], atol=1e-6)


@every
def test_half_precision_goes_in_and_full_comes_out(preprocessor):
    image = photo(2, 40, 30).movedim(-1, 1).half()
    given = taken(preprocessor, values(preprocessor, 2, 40, 30))
    out = preprocessor.run(image, **given)
    frames = [frame for one in out for frame in results(one)] if preprocessor.together else results(out)
    assert all(frame.dtype == torch.float32 for frame in frames if isinstance(frame, torch.Tensor))


def results(out):
    return out if isinstance(out, tuple) else (out,)


def at(value, index):
    return value if value is None or isinstance(value, (torch.nn.Module, int)) else value[index : index + 1]


def taken(preprocessor, carried):
    """The values of sockets as a preprocessor takes them, and its networks."""
    kinds = {option.name: option.type for option in preprocessor.options}
    frames = {name: as_frames(kinds[name], value) for name, value in carried.items() if kinds[name] is not Network}
    return {name: planes(value) for name, value in frames.items()} | placed(preprocessor, carried)


def planes(value):
    """A socket's value as a preprocessor takes it."""
    if isinstance(value, ModelPatcher):
        return value.model
    if not isinstance(value, torch.Tensor):
        return value
    return value.movedim(-1, 1) if value.ndim == 4 else value[:, None]
