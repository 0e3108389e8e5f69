from hashlib import sha256

import numpy as np
import pytest

from armature.errors import InvalidValue
from armature.preprocessors.segments.classes import PALETTES, colours, indices

# Of the colours in order, three bytes each, as CSAILVision's color150 and panopticapi's categories give them.
DIGESTS = {
    "ADE20K": "ce475c9151035eff51f4cf27fd7d906959b1480f6d15b9423ae2417c1b23a0ed",
    "COCO": "efcc320916d0acb3f51547ec72e0c0218aafc04dc222894062fb087f5233dbc2",
}


@pytest.mark.parametrize("palette, classes, distinct", [("ADE20K", 150, 149), ("COCO", 133, 133)])
def test_the_palettes_are_the_published_ones(palette, classes, distinct):
    table = colours(palette)
    assert table.shape == (classes, 3) and len(np.unique(table, axis=0)) == distinct
    assert sha256(table.tobytes()).hexdigest() == DIGESTS[palette]


@pytest.mark.parametrize(
    "palette, name, rgb",
    [
        ("ADE20K", "wall", (120, 120, 120)),
        ("ADE20K", "person", (150, 5, 61)),
        ("ADE20K", "sky", (6, 230, 230)),
        ("ADE20K", "road", (140, 140, 140)),
        ("ADE20K", "149", (92, 0, 255)),
        ("COCO", "person", (220, 20, 60)),
        ("COCO", "sky-other-merged", (70, 130, 180)),
        ("COCO", "Sky", (70, 130, 180)),
        ("COCO", "wall", (102, 102, 156)),
    ],
)
def test_a_class_is_known_by_each_of_its_names_and_its_number(palette, name, rgb):
    assert tuple(colours(palette)[indices(name, palette)[0]]) == rgb


def test_a_name_that_several_bear_is_the_one_it_comes_first_for():
    bearing = [i for i, (names, _) in enumerate(PALETTES["ADE20K"]) if "screen" in names.split(", ")]
    assert len(bearing) > 1 and PALETTES["ADE20K"][indices("screen", "ADE20K")[0]][0] == "screen"


@pytest.mark.parametrize("palette", PALETTES)
def test_every_class_can_be_named(palette):
    firsts = [names.split(", ")[0] for names, _ in PALETTES[palette]]
    assert indices(",".join(firsts), palette) == list(range(len(firsts)))


def test_an_unknown_class_is_refused_with_those_that_are_close():
    with pytest.raises(InvalidValue, match=r"ADE20K has no class 'persom'\. Close are: .*person"):
        indices("wall, persom", "ADE20K")
    with pytest.raises(InvalidValue, match="has no class '150'"):
        indices("150", "ADE20K")
    with pytest.raises(InvalidValue, match="No class is named"):
        indices(" , ", "COCO")
