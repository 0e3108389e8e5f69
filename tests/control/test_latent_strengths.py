"""Strengths of single images, in the text form of Advanced-ControlNet's latent keyframe groups."""

import pytest

from armature.control.latent_strengths import LatentStrengths, parse_strengths, strength_of
from armature.errors import InvalidValue


@pytest.mark.parametrize(
    "text, count, expected",
    [
        ("", None, {}),
        ("0=0.9", None, {0: 0.9}),
        ("3", None, {3: 1.0}),
        ("2:5=0.5", None, {2: 0.5, 3: 0.5, 4: 0.5}),
        ("0=0.9, 0:3=0.5, -1=0.2", 4, {0: 0.5, 1: 0.5, 2: 0.5, 3: 0.2}),
        ("0:3=0.5; 0=0.9", None, {0: 0.9, 1: 0.5, 2: 0.5}),
        ("-2:4=-1\n0=2", 4, {0: 2.0, 2: -1.0, 3: -1.0}),
    ],
)
def test_entries_and_their_winner(text, count, expected):
    assert dict(parse_strengths(text, count)) == expected


@pytest.mark.parametrize("text", ["a=1", "1:2:3=1", "0=x", "0=nan", ":3=1", "=1", "0.5=1"])
def test_what_is_no_entry_is_named(text):
    with pytest.raises(InvalidValue, match="names no images"):
        parse_strengths(text)


@pytest.mark.parametrize("text", ["4=1", "2:5=1", "3:3=1", "3:1"])
def test_images_that_there_are_not_are_refused(text):
    with pytest.raises(InvalidValue, match="names none of the 4 images"):
        parse_strengths(text, 4)


def test_counting_from_the_end_needs_an_end():
    with pytest.raises(InvalidValue, match="Connect the latent"):
        parse_strengths("-1=0.5")
    with pytest.raises(InvalidValue, match="before the first of the 3 images"):
        parse_strengths("-4=0.5", 3)


def test_an_image_has_its_strength_by_either_number():
    named = ((-1, 0.2), (0, 0.5))
    assert [strength_of(named, image, 3, 0.1) for image in range(3)] == [0.5, 0.1, 0.2]
    assert strength_of(((-1, 0.2), (2, 0.9)), 2, 3, 0.0) == 0.9


def test_earlier_strengths_win():
    own, previous = LatentStrengths(((0, 0.5), (2, 0.6))), LatentStrengths(((2, 0.1), (1, 0.3)))
    assert own.after(previous).strengths == ((0, 0.5), (1, 0.3), (2, 0.1))
    assert own.after(None) == own
