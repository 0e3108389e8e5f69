"""Context windows: frames that are evaluated some at a time come out as those that are evaluated together."""

from types import SimpleNamespace

import pytest
import torch
from comfy.patcher_extension import WrappersMP
from comfy_extras.nodes_context_windows import ContextWindowsManualNode

from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.unit import Manner
from armature.host.applying import Application, apply
from armature.host.clock import frames, window

from . import tiny
from .test_manner import FAMILIES
from .test_sampling import conditionings, sample

FRAMES, SIZE = 5, (8, 16)
IMAGES = tiny.hint(64, 128, FRAMES)
MASKS = torch.rand(FRAMES, 8, 16, generator=torch.Generator().manual_seed(2))
STRENGTHS = tuple((frame, 1.0 - frame / FRAMES) for frame in range(FRAMES))
MANNER = Manner(mask=effect_mask(MASKS), options=Options(strengths=STRENGTHS))


def core_windows(base):
    """Of 3 frames, one of them shared, and from the second window on a frame from before it in front."""
    return ContextWindowsManualNode.execute(base, 3, 1, "standard_static", 1, False, "flat", 0, False, "")[0]


def evolved_windows(base):
    """As AnimateDiff-Evolved evaluates, in sampling.py: it tells the frames in `ad_params`."""

    def evaluate(executor, model, conds, x_in, timestep, model_options):
        total, count = [torch.zeros_like(x_in) for _ in conds], torch.zeros(len(x_in), 1, 1, 1)
        told = {"full_length": len(x_in), "context_length": 3, "sub_idxs": None}
        options = {**model_options["transformer_options"], "ad_params": told}
        for shown in ([0, 1, 2], [2, 3, 4], [4, 0, 1]):
            assert all(hasattr(entry["control"], "sub_idxs") for entries in conds for entry in entries or ())
            told["sub_idxs"] = shown
            given = {**model_options, "transformer_options": options}
            for whole, part in zip(total, executor(model, conds, x_in[shown], timestep[shown], given)):
                whole[shown] += part
            count[shown] += 1
        return [whole / count for whole in total]

    windowed = base.clone()
    windowed.add_wrapper_with_key(WrappersMP.CALC_COND_BATCH, "windows", evaluate)
    return windowed


def run(base, case):
    application = Application(case.control(), IMAGES, 0.8, manner=MANNER)
    both = apply(*conditionings(case.base), application)
    return sample(base, *both, size=SIZE, frames=FRAMES, steps=1, cfg=1.0)


KINDS = ("ControlNet", "T2I-Adapter", "XS type A", "LLLite", "ComfyUI's ControlNet", "ComfyUI's T2I-Adapter")


@pytest.fixture(scope="module", params=[case for case in FAMILIES if case.name in KINDS], ids=lambda case: case.name)
def case(request):
    return request.param


def test_windows_equal_the_direct_run(case):
    """With a hint, a mask and a strength for each frame. Other batches: measured up to 3e-5 of 334 in fp32."""
    base = tiny.base_model(case.base)
    direct = run(base, case)
    for windowed in (core_windows(base), evolved_windows(base)):
        found = run(windowed, case)
        torch.testing.assert_close(found, direct, rtol=0, atol=3e-4)


def test_windows_over_the_frames_of_one_video_number_no_latents():
    assert window({"context_window": SimpleNamespace(dim=2, index_list=[4, 5])}) is None
    assert window({"context_window": SimpleNamespace(dim=0, index_list=[4, 5])}) == (4, 5)
    assert window({}) is None


def test_the_whole_batch_is_known():
    told = SimpleNamespace(dim=0, index_list=[4, 5], total_frames=9)
    assert frames({"context_window": told}) == 9 and frames({}) is None
    assert frames({"context_window": SimpleNamespace(dim=2, index_list=[4, 5], total_frames=9)}) is None
    assert frames({"ad_params": {"full_length": 7, "sub_idxs": [1]}}) == 7
