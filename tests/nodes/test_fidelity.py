import math

import pytest
import torch

from armature.errors import UnknownMethod
from armature.nodes import node_classes

FIDELITY = next(cls for cls in node_classes() if cls.GET_SCHEMA().node_id == "ArmatureFidelity")


def stripes(*columns):
    """IMAGE (1, 32, 32, 3): white columns on black."""
    image = torch.zeros(1, 32, 32, 3)
    image[:, :, list(columns)] = 1
    return image


def scored(image, **measure):
    return FIDELITY.execute(image=image, measure={"measure": "Edges", "number": "F1", "tolerance": 2.0} | measure)


def test_the_score_is_the_mean_of_the_chosen_number():
    maps = torch.cat([stripes(5), stripes(5, 20)])
    out = scored(maps, hint=stripes(5), found=maps, number="precision")
    assert out[0] == 0.75 and out[2].shape == (2, 32, 32, 3)
    assert out[1].splitlines() == [
        "mean: F1 0.8333, precision 0.75, recall 1, Hausdorff 7.5",
        "1: F1 1, precision 1, recall 1, Hausdorff 0",
        "2: F1 0.6667, precision 0.5, recall 1, Hausdorff 15",
    ]


def test_edges_are_found_again_where_none_are_given():
    assert scored(stripes(*range(8, 24)), hint=stripes(7, 23))[0] == 1


def test_a_distance_to_nothing_is_infinite_and_told():
    out = scored(stripes(), hint=stripes(5), number="Hausdorff")
    assert math.isinf(out[0]) and "Hausdorff inf" in out[1]


def test_an_unknown_measure_is_refused_with_the_known_ones():
    with pytest.raises(UnknownMethod, match="one of: Edges, "):
        scored(stripes(), measure="Gone")


def test_edges_are_the_first_choice():
    (choice,) = (one for one in FIDELITY.GET_SCHEMA().inputs if one.id == "measure")
    assert choice.options[0].key == "Edges" and len(choice.options) >= 6
