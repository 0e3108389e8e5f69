"""Pictures with words have the lengths and colours that their numbers say."""

import torch

from armature.fidelity.sheets import BAR, BARS, CELL, LABEL, ROW, bars, grid


def levels(picture):
    return (picture[0].movedim(0, -1) * 255).round().int()


def test_bars_are_as_long_as_their_values():
    picture = levels(bars({"a": 1.0, "b": 0.25, "c": 0.0}, "title"))
    blue = (picture == torch.tensor(BAR)).all(-1)
    widths = [width for width in blue.sum(1).unique().tolist() if width]
    assert widths == [BARS // 4, BARS] and blue.any(0).nonzero()[0].item() == LABEL


def test_maps_stand_side_by_side_on_one_scale_or_their_own():
    rows = {"a": [torch.full((4, 8), 1.0), None], "b": [torch.zeros(4, 8), torch.full((4, 8), 0.5)]}
    common, own = (levels(grid(rows, ["step 1", "step 2"], worst)) for worst in ({"a": 1, "b": 1}, {"a": 1, "b": 0.5}))
    first, second = ROW + 5, ROW + CELL // 2 + ROW + 5
    brightest, right = common[first, LABEL + 5], LABEL + CELL + 10
    assert common[first, right].tolist() == [255] * 3
    assert common[second, LABEL + 5].sum() < 30 < common[second, right].sum() < brightest.sum()
    assert torch.equal(own[second, right], brightest)


def test_a_picture_of_nothing_but_zeros_is_black():
    picture = levels(grid({"a": [torch.zeros(4, 4)]}, ["step 1"], {"a": 0.0}))
    assert picture[ROW + 5, LABEL + 5].sum() < 30
