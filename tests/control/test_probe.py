"""What a block is worth, by hand."""

import pytest
import torch

from armature.control.probe import as_values, distance, effects, fixed, name, trials
from armature.control.weights import LayerWeights, Places
from armature.errors import InvalidValue

PLACES = Places((("skip", 0), ("skip", 1), ("middle", 0)), depth=2)
A, B, MIDDLE = PLACES.blocks
GIVEN = LayerWeights(values=(1.0, 0.5, 2.0), middle=0.5, uncond=0.3)


def values(weights):
    return tuple(weights.of(PLACES).values())


def test_each_block_is_left_out_once_or_left_alone_once():
    without, alone = (trials(GIVEN, PLACES, question) for question in ("without it", "with it alone"))
    assert {block: values(weights) for block, weights in without.items()} == {
        A: (0, 0.5, 1),
        B: (1, 0, 1),
        MIDDLE: (1, 0.5, 0),
    }
    assert {block: values(weights) for block, weights in alone.items()} == {
        A: (1, 0, 0),
        B: (0, 0.5, 0),
        MIDDLE: (0, 0, 1),
    }
    assert all(weights.uncond == 0.3 for weights in without.values())


def test_a_block_without_weight_needs_no_run():
    assert list(trials(LayerWeights(values=(1.0, 0.0, 1.0)), PLACES, "without it")) == [A, MIDDLE]


def test_weights_of_any_kind_become_numbers_of_the_same_effect():
    soft = LayerWeights("soft")
    assert values(fixed(soft, values(soft))) == values(soft)


def test_an_effect_is_a_distance_in_units_of_the_whole_controls():
    none, whole = torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), 4.0)
    results = {A: torch.full((1, 1, 2, 2), 3.0), MIDDLE: torch.full((1, 1, 2, 2), 0.0)}
    assert distance(whole, none) == 4.0
    assert effects(PLACES, whole, none, results, "without it") == {A: 0.25, B: 0.0, MIDDLE: 1.0}
    assert effects(PLACES, whole, none, results, "with it alone") == {A: 0.75, B: 0.0, MIDDLE: 0.0}


def test_a_control_that_changes_nothing_is_told():
    with pytest.raises(InvalidValue, match="changes nothing"):
        effects(PLACES, torch.ones(1), torch.ones(1), {}, "without it")


def test_the_strongest_block_has_weight_1_and_weak_ones_none():
    found = {A: 0.5, B: 0.0, MIDDLE: 0.1}
    assert as_values(found) == pytest.approx((1.0, 0.0, 0.2))
    assert as_values(found, 0.25) == (1.0, 0.0, 0.0)
    assert as_values(dict.fromkeys(found, 0.0)) == (0.0, 0.0, 0.0)


def test_blocks_have_names():
    assert [name(block) for block in PLACES.blocks] == ["skip 0", "skip 1", "middle"]
