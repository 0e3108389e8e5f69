"""Block weights: every published list to its digits, and lists of one's own."""

import pytest
import torch

from armature.control.weights import PRESETS, LayerWeights, Places, masked_soft, parse
from armature.errors import InvalidValue


def residuals(depth):
    return Places((*(("skip", n) for n in range(depth)), ("middle", 0)), depth)


SD, SDXL = residuals(12), residuals(9)
SD_ADAPTER = Places(tuple(("input", n) for n in (2, 5, 8, 11)), 12, sparse=True)
SDXL_ADAPTER = Places((*(("input", n) for n in (3, 5, 8)), ("middle", 0)), 9, sparse=True)
SOFT = [0.099414, 0.120502, 0.146063, 0.177046, 0.214601, 0.260122, 0.315300, 0.382182, 0.463250, 0.561516, 0.680625]
SCALED, NODE = "soft (Advanced-ControlNet, scaled)", "soft (Advanced-ControlNet, SD 1.5 node)"
GUESS = "soft (diffusers guess mode)"

GUESS_SD = [0.1, 0.121153, 0.14678, 0.177828, 0.215443, 0.261016, 0.316228, 0.383119, 0.464159, 0.562341, 0.681292]
GUESS_SD += [0.825404, 1.0]

GOLDEN = [
    ("soft", SD, [*SOFT, 0.825, 1.0]),
    ("soft", SDXL, SOFT[:10]),
    ("soft", SD_ADAPTER, [0.25, 0.62, 0.825, 1.0]),
    ("soft", SDXL_ADAPTER, [0.25, 0.62, 0.825, 1.0]),
    (SCALED, SD, [*SOFT, 0.825, 1.0]),
    (SCALED, SDXL, [0.177046, 0.214601, 0.260122, 0.3153, 0.382182, 0.46325, 0.561516, 0.680625, 0.825, 1.0]),
    (SCALED, SD_ADAPTER, [0.260122, 0.680625, 0.825, 1.0]),
    (SCALED, SDXL_ADAPTER, [0.680625, 0.825, 1.0, 1.0]),
    (NODE, SD, [*SOFT, 0.825, 1.0]),
    (NODE, SDXL, [*SOFT[:9], 1.0]),
    (NODE, SD_ADAPTER, [0.25, 0.62, 0.825, 1.0]),
    (NODE, SDXL_ADAPTER, [0.62, 0.825, 1.0, 1.0]),
    (
        GUESS,
        SD,
        GUESS_SD,
    ),
    (GUESS, SDXL, [0.1, 0.129155, 0.16681, 0.215443, 0.278256, 0.359381, 0.464159, 0.599484, 0.774264, 1.0]),
]


@pytest.mark.parametrize("preset, places, expected", GOLDEN)
def test_published_lists_to_their_digits(preset, places, expected):
    assert list(LayerWeights(preset).of(places).values()) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize("places", [SD, SDXL, SD_ADAPTER, SDXL_ADAPTER])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_fits_every_network(preset, places):
    weights = LayerWeights(preset).of(places)
    assert list(weights) == list(places.blocks)
    assert all(0 <= weight <= 1 for weight in weights.values())


def test_presets_mean_what_they_are_called():
    early, late = (LayerWeights(name).of(SDXL) for name in ("early", "late"))
    assert [block for block, weight in early.items() if weight] == [("skip", n) for n in range(5)]
    assert all(early[block] + late[block] == 1 for block in SDXL.blocks)
    assert {block for block, weight in LayerWeights("only middle").of(SD).items() if weight} == {("middle", 0)}
    composition, detail = (list(LayerWeights(name).of(SD).values()) for name in ("composition", "detail"))
    assert composition == sorted(composition) and detail == sorted(detail, reverse=True)


def test_a_list_of_ones_own():
    values = parse("1, .8\n0.6; 0 1 1 1 1 1 -2")
    assert LayerWeights("soft", values=values).of(SDXL)["middle", 0] == -2


def test_a_list_of_the_wrong_length_is_refused_with_the_right_one():
    with pytest.raises(InvalidValue, match=r"3 block weights.*takes 10 \(skip 0..8, middle\)"):
        LayerWeights(values=(1.0, 2.0, 3.0)).of(SDXL)


@pytest.mark.parametrize("text", ["1, x", "1, nan", "inf"])
def test_what_is_no_number_is_named(text):
    with pytest.raises(InvalidValue, match="not a number"):
        parse(text)


COUNTED = tuple(n / 100 for n in range(19))
FLUX = Places((*(("input", n) for n in range(19)), *(("output", n) for n in range(38))), 38)


@pytest.mark.parametrize(
    "values, places, expected",
    [
        (COUNTED[:13], SD, COUNTED[:13]),
        (COUNTED[:13], SDXL, [*COUNTED[:9], 0.12]),
        (COUNTED[:4], SD_ADAPTER, COUNTED[:4]),
        (COUNTED[:4], SDXL_ADAPTER, [0.01, 0.02, 0.03, 1.0]),
        (COUNTED, FLUX, [*reversed(COUNTED), *[1.0] * 38]),
    ],
)
def test_lists_of_advanced_controlnet_go_where_they_go_there(values, places, expected):
    assert list(LayerWeights(values=values, adapts=True).of(places).values()) == list(expected)


@pytest.mark.parametrize("count, places", [(13, SDXL_ADAPTER), (4, SD), (19, SD), (12, SD)])
def test_a_list_for_another_kind_of_network_is_refused(count, places):
    with pytest.raises(InvalidValue, match=f"list of {count} block weights of Advanced-ControlNet"):
        LayerWeights(values=COUNTED[:count], adapts=True).of(places)


def test_the_middle_block_has_a_multiplier():
    weights = LayerWeights("soft", middle=0.5).of(SD)
    assert weights["middle", 0] == 0.5 and weights["skip", 11] == 0.825


def test_masked_soft_weights_rescale_their_mask():
    found = masked_soft(torch.tensor([[[0.25, 0.75]]]), 0.2, 0.6, 0.5)
    assert found.base_mask.pixels.flatten().tolist() == pytest.approx([0.2, 0.6]) and found.uncond == 0.5
    even = masked_soft(torch.full((1, 2, 2), 0.3), 0.2, 0.6).base_mask.pixels
    assert even.flatten().tolist() == pytest.approx([0.6] * 4)


@pytest.mark.parametrize(
    "places, exponents",
    [
        (SD, [*range(12, 0, -1), 0]),
        (SDXL, [*range(9, 0, -1), 0]),
        (SD_ADAPTER, [7, 2, 1, 0]),
        (SDXL_ADAPTER, [2, 1, 0, 0]),
    ],
)
def test_a_base_mask_is_raised_to_the_distance_from_the_middle(places, exponents):
    weights = masked_soft(torch.rand(1, 4, 4), 0.0, 1.0)
    assert list(weights.exponents(places).values()) == exponents
    assert set(weights.of(places).values()) == {1.0} and not LayerWeights().exponents(places)
