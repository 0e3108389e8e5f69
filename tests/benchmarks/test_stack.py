"""The benchmark of stacks in a tiny shape."""

import torch

from armature.benchmarks.bases import Shape
from armature.benchmarks.stack import COUNTS, measure


def test_every_length_is_compared_with_cores():
    with torch.inference_mode():
        cases = measure(Shape("SD 1.5", width=32), side=8, rounds=1)
    assert len(cases) == 3 * len(COUNTS)
    for case in cases:
        assert case["control_s"] > 0 and case["ratio_to_core"] > 0 and case["ratio_to_both_prompts"] > 0
    assert {case["ratio_to_core"] for case in cases if case["name"].endswith("ComfyUI's")} == {1.0}
