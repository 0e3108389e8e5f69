"""One schedule from one of four ways to write it."""

import pytest

from armature.control.course import course
from armature.control.schedule import Keyframe, Keyframes
from armature.errors import InvalidValue

CHAIN = Keyframes((Keyframe(0.0, 0.0), Keyframe(1.0, 1.0)))


@pytest.mark.parametrize(
    "given, expected",
    [
        ({"text": "0:0, 1:1"}, [0.0, 0.25, 0.5]),
        ({"text": "0:0, 1:1", "interpolation": "ease in"}, [0.0, 0.0625, 0.25]),
        ({"keyframes": CHAIN}, [0.0, 0.25, 0.5]),
        ({"keyframes": CHAIN, "interpolation": "step"}, [0.0, 0.0, 0.0]),
        ({"curve": lambda x: 1 - x}, [1.0, 0.75, 0.5]),
        ({"floats": [0.1, 0.2, 0.3, 0.4]}, [0.1, 0.2, 0.3]),
    ],
)
def test_each_way_gives_its_strengths(given, expected):
    assert [course(**given).at(x).strength for x in (0.0, 0.25, 0.5)] == pytest.approx(expected)


def test_nothing_given_is_no_course():
    assert course(" \n") is None


def test_two_ways_at_once_are_refused_by_name():
    with pytest.raises(InvalidValue, match="text and floats"):
        course("0:1", floats=[1.0])


def test_an_empty_list_is_refused():
    with pytest.raises(InvalidValue, match="empty"):
        course(floats=[])
