import numpy as np
import pytest
import torch

from armature.fidelity.lines import average_precision, lines, matches
from armature.fidelity.pictures import HIT, MISSED, SURPLUS

from ..preprocessors.photographs import coffee

WANTED = np.array([[10.0, 10, 100, 10], [10, 50, 60, 50], [20, 90, 20, 60]])


def shifted(by):
    return WANTED + np.array([0, by, 0, by])


def test_lines_agree_with_themselves_from_either_end():
    assert average_precision(WANTED, WANTED, 5) == 1
    assert average_precision(WANTED, WANTED[:, [2, 3, 0, 1]], 5) == 1


@pytest.mark.parametrize("by, within", [(1.5, (5, 10, 15)), (2, (10, 15)), (2.7, (15,)), (3, ())])
def test_the_threshold_is_of_squares_summed_over_both_ends(by, within):
    assert [most for most in (5, 10, 15) if average_precision(WANTED, shifted(by), most) == 1] == list(within)


def test_a_line_is_met_once():
    hit, met = matches(WANTED[:1], np.repeat(WANTED[:1], 2, axis=0), 10)
    assert hit.tolist() == [True, False] and met.tolist() == [True]


def test_the_area_is_that_under_precision_over_recall():
    false = np.array([[0.0, 120, 120, 120]])
    assert average_precision(WANTED, np.concatenate([false, WANTED[:2]]), 10) == pytest.approx(2 / 3 * 2 / 3)
    assert average_precision(WANTED, np.concatenate([WANTED[:2], false]), 10) == pytest.approx(2 / 3)


def test_nothing_agrees_with_nothing_only():
    empty = np.zeros((0, 4))
    assert average_precision(empty, empty, 10) == 1
    assert average_precision(empty, WANTED, 10) == average_precision(WANTED, empty, 10) == 0


def drawn(*rows):
    image = torch.zeros(1, 3, 128, 128)
    image[..., list(rows), 20:100] = 1
    return image


def test_drawn_maps_are_read():
    picture, (same,) = lines(drawn(40, 80), hint=drawn(40, 80), found=drawn(40, 80))
    assert same == {"sAP10": 1, "sAP5": 1, "sAP15": 1} and picture[:, 2].max() == 1
    _, (half,) = lines(drawn(40), hint=drawn(40, 80), found=drawn(40))
    assert half["sAP10"] == pytest.approx(0.5)


def test_the_picture_tells_hits_misses_and_surplus():
    picture, _ = lines(drawn(20), hint=drawn(20, 60), found=drawn(20, 100))
    white, blue, orange = (torch.tensor(colour) / 255 for colour in (HIT, MISSED, SURPLUS))
    for row, colour in ((20, white), (60, blue), (100, orange)):
        shown = picture[0, :, row - 2 : row + 3, 60].T  # the detector sees the line's two sides
        assert any(torch.allclose(one, colour) for one in shown), row
        assert not any(
            torch.allclose(one, other) for one in shown for other in (white, blue, orange) if other is not colour
        )
    assert not picture[0, :, 40, 60].any()


def test_an_image_obeys_its_own_lines():
    from armature.preprocessors.straight_lines.lsd import segments

    _, (own,) = lines(coffee(), hint=segments(coffee()))
    _, (mirrored,) = lines(coffee(), hint=segments(coffee().flip(-1)))
    assert own["sAP10"] == 1 and mirrored["sAP10"] < 0.2
