"""What the editors of curves and bars hold: read as in the browser, evaluated as in ComfyUI."""

import json
from pathlib import Path

import pytest

from armature.control.drawn import drawn_curve, drawn_weights
from armature.control.schedule import Keyframes, parse_keyframes
from armature.control.weights import LayerWeights
from armature.errors import InvalidValue
from armature.host.curves import curve_function

from .test_weights import SD, SDXL

SHARED = Path(__file__).resolve().parent.parent / "data" / "web"
TWELVE = ", ".join(["1"] * 12)


def fixture(editor, name):
    return json.loads((SHARED / editor / f"{name}.json").read_text())


@pytest.mark.parametrize("case", fixture("schedule", "curves"), ids=lambda case: case["name"])
def test_a_drawn_curve_is_what_the_browser_shows(case):
    value = curve_function(case["value"])
    assert [value(x) for x, _ in case["at"]] == pytest.approx([y for _, y in case["at"]], abs=1e-12)


@pytest.mark.parametrize("case", fixture("schedule", "texts"), ids=lambda case: case["text"])
def test_the_text_of_a_curve_is_control_schedules(case):
    drawn = curve_function({"points": case["points"], "interpolation": "linear"})
    written = Keyframes(parse_keyframes(case["text"]))
    for x in (0.0, 0.1, 0.25, 0.3, 0.5, 0.77, 1.0):
        assert case["becomes"] * drawn(x) == pytest.approx(written.at(x).strength, abs=1e-12)


@pytest.mark.parametrize("case", fixture("schedule", "refused"), ids=lambda case: case["why"])
def test_what_is_no_curve_is_refused(case):
    with pytest.raises(InvalidValue, match=case["words"]):
        drawn_curve(case["value"])


@pytest.mark.parametrize("value", ["0:1", [[0, 1]], None, 3])
def test_what_is_no_drawing_at_all_is_refused(value):
    for read in (drawn_curve, drawn_weights):
        with pytest.raises(InvalidValue, match="instead of what their editor makes"):
            read(value)


def test_untouched_bars_weigh_all_alike_in_any_network():
    weights = drawn_weights({"v": 1, "arch": "", "w": ""})
    assert weights == LayerWeights()
    assert set(weights.of(SDXL).values()) == set(weights.of(SD).values()) == {1.0}


def test_bars_are_for_the_places_they_were_drawn_for_alone():
    weights = drawn_weights({"v": 1, "arch": "skip 0..11, middle", "w": f"0.5, {TWELVE}"}, middle=0.25)
    assert list(weights.of(SD).values()) == [0.5, *[1.0] * 11, 0.25]
    with pytest.raises(InvalidValue, match=r"are for skip 0..11, middle, but .* takes 10 \(skip 0..8, middle\)"):
        weights.of(SDXL)


def test_bars_of_the_right_number_in_another_order_are_refused():
    weights = drawn_weights({"v": 1, "arch": "middle, skip 11..0", "w": f"0.5, {TWELVE}"})
    with pytest.raises(InvalidValue, match="Choose its layout in Block Bars"):
        weights.of(SD)


@pytest.mark.parametrize("case", fixture("blocks", "refused"), ids=lambda case: case["why"])
def test_what_is_no_bars_is_refused(case):
    with pytest.raises(InvalidValue, match=case["words"]):
        drawn_weights(case["value"])
