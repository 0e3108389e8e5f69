"""The benchmark of the families in tiny shapes: its fields, and what it counts instead of timing."""

import json

import pytest
import torch

from armature.benchmarks.bases import Shape
from armature.benchmarks.counting import Arithmetic
from armature.benchmarks.families import SD15_FAMILIES, SDXL_FAMILIES, measure
from armature.benchmarks.report import show

HINT_LAYERS = 8
SIDE, ROUNDS = 8, 1


def measured(shape, families):
    with torch.inference_mode():
        cases = measure(families, shape, SIDE, ROUNDS, Arithmetic(shape, SIDE))
    return {case["name"].split(": ")[1]: case for case in cases}


@pytest.fixture(scope="module")
def sd15():
    return measured(Shape("SD 1.5", width=32), SD15_FAMILIES)


@pytest.fixture(scope="module")
def sdxl():
    return measured(Shape("SDXL", width=32, depth=1), SDXL_FAMILIES)


def test_every_case_has_its_ratio_its_bar_and_its_counts(sd15, sdxl, tmp_path):
    cases = [*sd15.values(), *sdxl.values()]
    show(cases, tmp_path / "x.json")
    read = json.loads((tmp_path / "x.json").read_text())["cases"]
    assert len(read) == len(SD15_FAMILIES) + len(SDXL_FAMILIES)
    for case in read:
        assert case["name"] and case["bar"] > 0 and case["control_s"] > 0 and case["step_to_unet"] > 0
        assert case["ratio_to_controlnet"] > 0 and case["multiplications_to_controlnet"] >= 0
    for cases in (sd15, sdxl):
        assert cases["ControlNet"]["ratio_to_controlnet"] == cases["ControlNet"]["multiplications_to_controlnet"] == 1.0


def test_a_hint_is_encoded_once_a_run(sd15, sdxl):
    for cases in (sd15, sdxl):
        for name in cases.keys() - {"T2I-Adapter", "ControlNet-LLLite", "ControlNet Union"}:
            assert cases[name]["layers_once_a_run"] == HINT_LAYERS
        assert cases["T2I-Adapter"]["gigamultiplications_here"] == cases["T2I-Adapter"]["layers_every_step"] == 0
        assert cases["T2I-Adapter"]["layers_once_a_run"] > 0
    modules = sdxl["ControlNet-LLLite"]["layers_every_step"] // 3  # down, mid, up
    assert sdxl["ControlNet-LLLite"]["layers_once_a_run"] >= 2 * modules > 0
    assert sdxl["ControlNet Union"]["layers_once_a_run"] > HINT_LAYERS


def test_a_control_lora_merges_in_no_step(sdxl):
    lora, whole = sdxl["Control-LoRA"], sdxl["ControlNet"]
    for count in ("gigamultiplications_here", "multiplications_to_controlnet", "layers_every_step"):
        assert lora[count] == whole[count] > 0


def test_no_block_behind_the_last_weighted_one_runs(sdxl):
    whole, part = sdxl["ControlNet"], sdxl["ControlNet, residuals 0-5 only"]
    assert whole["layers_never"] == 0 < part["layers_never"]
    assert part["layers_every_step"] + part["layers_never"] == whole["layers_every_step"]
    assert part["multiplications_to_controlnet"] < 0.5
