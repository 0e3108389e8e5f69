"""What is said of an image as a control map: right of maps and of photographs, and nothing of what is in doubt."""

import numpy as np
import pytest
import torch
from skimage import data

from armature import discovery, preprocessors
from armature.preprocessors.appearance import EXPECTED, appearance, kind_named, sentence, verdict
from armature.preprocessors.declare import Preprocessor

from .photographs import astronaut, coffee, frame
from .samples import person

DECLARED = discovery.declared(preprocessors, Preprocessor)
LINES = ("Canny", "CannyPyramid", "LineArtStandard", "SketchXDoG", "StraightLinesLSD", "StraightLinesHough")
GREY = ("camera", "moon", "coins")


def grey_photo(name):
    return torch.from_numpy(np.repeat(getattr(data, name)()[..., None], 3, -1)).movedim(-1, 0)[None] / 255


PHOTOS = {"astronaut": astronaut(), "coffee": coffee()} | {name: grey_photo(name) for name in GREY}


def seen(image):
    return appearance(frame(image))


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize("name", LINES)
def test_maps_of_lines_pass_and_their_inverse_does_not(name, photo):
    drawn = DECLARED[name].run(PHOTOS[photo])
    drawn = drawn.expand(-1, 3, -1, -1)
    assert verdict("lines", seen(drawn)) is None
    if seen(drawn).dark > 0.8:
        assert verdict("lines", seen(1 - drawn)) == "inverted"


@pytest.mark.parametrize("photo", ["astronaut", "coffee", "moon", "coins"])
def test_photographs_are_told_from_lines(photo):
    assert verdict("lines", seen(PHOTOS[photo])) == "photograph"


def test_a_photograph_that_might_be_a_map_passes():
    assert verdict("lines", seen(PHOTOS["camera"])) is None


@pytest.mark.parametrize("photo", ["astronaut", "coffee", "moon"])
def test_photographs_are_told_from_skeletons(photo):
    assert verdict("pose", seen(PHOTOS[photo])) == "photograph"


def test_skeletons_pass_and_their_inverse_does_not():
    drawn = DECLARED["DrawPoseControlNet"].run(PHOTOS["astronaut"], poses=[person(512, 512)])
    assert verdict("pose", seen(drawn)) is None
    assert verdict("pose", seen(1 - drawn.clamp(max=1))) == "inverted"


@pytest.mark.parametrize("photo, expected", [("coffee", "photograph"), ("moon", None), ("camera", None)])
def test_of_depth_only_colour_is_wrong(photo, expected):
    assert verdict("depth", seen(PHOTOS[photo])) == expected


def test_the_size_of_an_image_makes_no_difference():
    large = np.repeat(np.repeat(frame(PHOTOS["astronaut"]), 3, 0), 3, 1)
    small = seen(PHOTOS["astronaut"])
    for share in ("dark", "light", "coloured"):
        assert abs(getattr(appearance(large), share) - getattr(small, share)) < 0.02


@pytest.mark.parametrize(
    "name, kind",
    [
        ("control_v11p_sd15_canny", "lines"),
        ("control_v11p_sd15s2_lineart_anime", "lines"),
        ("control_hed-fp16", "lines"),
        ("mistoLine_rank256", "lines"),
        ("canny/lineart/anime_lineart/mlsd", "lines"),
        ("hed/pidi/scribble/ted", "lines"),
        ("OpenPoseXL2", "pose"),
        ("t2iadapter_keypose_sd14v1", "pose"),
        ("control_v11f1p_sd15_depth", "depth"),
        ("t2iadapter_zoedepth_sd15v1", "depth"),
        ("control_v11f1e_sd15_tile", None),
        ("diffusers_xl_canny_or_depth", None),
        ("published", None),
        ("composed", None),
        ("", None),
    ],
)
def test_kinds_are_told_by_words_of_a_name(name, kind):
    assert kind_named(name) == kind


@pytest.mark.parametrize("kind", EXPECTED)
@pytest.mark.parametrize("found", ["inverted", "photograph"])
def test_sentences_say_what_was_expected(kind, found):
    assert EXPECTED[kind] in sentence(kind, found)
