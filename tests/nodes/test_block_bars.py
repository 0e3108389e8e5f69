"""The node that draws block weights: its default changes nothing, and numbers of another node go before it."""

from armature.control.weights import LayerWeights
from armature.nodes.block_bars import BlockBars

from ..control.test_weights import SD_ADAPTER, SDXL

UNTOUCHED = {"v": 1, "arch": "", "w": ""}
DRAWN = {"v": 1, "arch": "input 2 5 8 11", "w": "0.25, 0.5, 1, 2"}


def test_untouched_bars_are_the_default_of_block_weights():
    weights, keyframes = BlockBars.execute(UNTOUCHED).args
    assert weights == LayerWeights() and keyframes.keyframes[0].weights == weights


def test_drawn_bars_reach_their_blocks_with_both_multipliers():
    weights, _ = BlockBars.execute(DRAWN, uncond_multiplier=0.5, middle_multiplier=0.1).args
    assert list(weights.of(SD_ADAPTER).values()) == [0.25, 0.5, 1.0, 2.0]
    assert weights.uncond == 0.5 and weights.middle == 0.1


def test_numbers_take_the_place_of_the_bars_in_any_network():
    weights, _ = BlockBars.execute(DRAWN, numbers=[0.1] * 10, middle_multiplier=0.5).args
    assert list(weights.of(SDXL).values()) == [0.1] * 9 + [0.05]


def test_what_is_no_drawing_is_told_before_the_run():
    assert "Update Armature" in BlockBars.validate_inputs({"v": 2})
    assert "'high'" in BlockBars.validate_inputs({"v": 1, "arch": "middle", "w": "high"})
    assert BlockBars.validate_inputs(DRAWN) is True
