import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, jaccard_score

from armature.errors import InvalidValue
from armature.fidelity.pictures import SURPLUS
from armature.fidelity.segments import NONE, nearest_classes, segments
from armature.preprocessors.segments.classes import colours, indices

WALL, SKY, TREE = (torch.tensor(colours("ADE20K")[i]) / 255 for i in indices("wall, sky, tree", "ADE20K"))


def stripes(*of):
    """(1, 3, 4, 4 x stripes)."""
    return torch.stack(of, -1).repeat_interleave(4, -1)[None, :, None].expand(1, 3, 4, -1)


def numbers(hint, found, **options):
    return segments(hint, hint=hint, found=found, **options)[1][0]


def test_a_map_agrees_with_itself():
    assert numbers(stripes(WALL, SKY), stripes(WALL, SKY)) == {"mIoU": 1, "pixel accuracy": 1}


def test_one_stripe_of_four_is_wrong():
    found = numbers(stripes(WALL, WALL, SKY, SKY), stripes(WALL, WALL, SKY, TREE))
    assert found == pytest.approx({"mIoU": (1 + 0.5 + 0) / 3, "pixel accuracy": 0.75})


def test_the_picture_is_the_hint_with_errors_in_orange():
    hint = stripes(WALL, SKY, torch.zeros(3))
    picture, _ = segments(hint, hint=hint, found=stripes(WALL, TREE, TREE))
    assert torch.allclose(picture[0, :, 0, 0], (WALL * 255 // 2) / 255)
    assert torch.allclose(picture[0, :, 0, 4], torch.tensor(SURPLUS) / 255)
    assert not picture[0, :, :, 8:].any()


def test_the_accuracy_is_scikit_learns():
    generator = np.random.default_rng(1)
    wanted, given = generator.integers(0, 3, (2, 40, 40))
    hint, found = (torch.from_numpy(colours("COCO")[one]).movedim(-1, 0)[None] / 255 for one in (wanted, given))
    expected = accuracy_score(wanted.ravel(), given.ravel())
    assert numbers(hint, found, classes="COCO")["pixel accuracy"] == pytest.approx(expected)


def test_what_the_hint_leaves_open_does_not_count():
    black = torch.zeros(3)
    assert numbers(stripes(WALL, black), stripes(WALL, SKY)) == {"mIoU": 1, "pixel accuracy": 1}


def test_colours_may_be_a_little_off():
    hint = stripes(WALL, TREE)
    assert numbers(hint, hint + 5 / 255)["mIoU"] == 1
    assert numbers(hint, hint + 5 / 255, tolerance=4)["mIoU"] == 0


def test_any_colours_can_be_classes():
    red, blue = torch.tensor([1.0, 0, 0]), torch.tensor([0, 0, 1.0])
    found = numbers(stripes(red, blue), stripes(red, red), classes="the hint's colours")
    assert found == pytest.approx({"mIoU": 0.25, "pixel accuracy": 0.5})
    with pytest.raises(InvalidValue, match="shows none of the classes"):
        numbers(torch.zeros(1, 3, 4, 4), stripes(red), classes="the hint's colours")


def test_the_mean_is_scikit_learns():
    generator = np.random.default_rng(0)
    wanted, given = generator.integers(0, 6, (2, 40, 40))
    hint, found = (torch.from_numpy(colours("COCO")[one]).movedim(-1, 0)[None] / 255 for one in (wanted, given))
    expected = jaccard_score(wanted.ravel(), given.ravel(), average="macro")
    assert numbers(hint, found, classes="COCO")["mIoU"] == pytest.approx(expected)


def test_every_colour_is_its_own_class():
    table = colours("COCO")
    assert nearest_classes(table[None], table, 0).tolist() == [list(range(len(table)))]
    assert nearest_classes(np.uint8([[[0, 255, 1]]]), table, 8).tolist() == [[NONE]]
