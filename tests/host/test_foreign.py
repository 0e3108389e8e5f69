"""Other packs' and ComfyUI's own residuals: which block each belongs to, and where in the image each token lies."""

from dataclasses import replace

import comfy.controlnet
import pytest
import torch

from armature.control.mask import effect_mask
from armature.control.scale import Scale
from armature.control.step import Step
from armature.control.unit import Manner
from armature.errors import ArmatureError
from armature.host.foreign import ForeignControl, places, scaled
from armature.host.readout import Readout

EXACT = {"rtol": 0, "atol": 0}
LATENT = torch.zeros(2, 16, 6, 10)
LEFT = torch.cat([torch.ones(1, 6, 4), torch.zeros(1, 6, 6)], dim=2)


def image(value=1.0):
    return torch.full((2, 3, 6, 10), value)


def tokens(count=15):
    """(B, N, C) of patches of 2 x 2 of the latent, each with its number."""
    return torch.arange(1.0, count + 1).reshape(1, -1, 1).expand(2, -1, 4)


def scale(**more):
    return Scale(0.5, **more)


def masked():
    step = Step(LATENT, LATENT, LATENT, 1.0, lambda percent: percent, cond_or_uncond=(1, 0))
    return scale(mask=effect_mask(LEFT).at(step))


def test_a_controlnets_lists_go_from_shallow_to_deep():
    found = {"input": [], "middle": [image()], "output": [image(), image(), image()]}
    assert places(found).blocks == (("skip", 0), ("skip", 1), ("skip", 2), ("middle", 0))
    assert not places(found).sparse and places(found).depth == 3
    weights = {("skip", 0): 1.0, ("skip", 1): 2.0, ("skip", 2): 4.0, ("middle", 0): 8.0}
    answer = scaled(found, scale(weights=weights), LATENT)
    assert [float(t.mean()) for t in (*answer["output"], *answer["middle"])] == [0.5, 1.0, 2.0, 4.0]


def test_an_adapters_list_is_popped_from_its_end():
    found = {"input": [image(3), None, None, image(2), None, None, image(1), None, None, image(0), None, None]}
    present = places(found)
    assert present.blocks == tuple(("input", n) for n in (2, 5, 8, 11)) and present.sparse and present.depth == 12
    answer = scaled(found, scale(weights={("input", 2): 10.0}), LATENT)
    assert answer["input"][1] is None
    assert [float(answer["input"][n].mean()) for n in (9, 6, 3, 0)] == [0.0, 0.5, 1.0, 1.5]


def test_a_tensor_in_several_places_is_scaled_once_for_each_factor():
    shared = tokens()
    answer = scaled({"input": [shared, shared, shared]}, scale(weights={("input", 1): 2.0}), LATENT)["input"]
    assert answer[0] is answer[2] and answer[0] is not answer[1]
    torch.testing.assert_close(answer[1], shared, **EXACT)
    torch.testing.assert_close(answer[0], shared * 0.5, **EXACT)


def test_tokens_are_masked_where_they_lie_in_the_image():
    """3 rows of 5 patches; the mask's left two columns of patches are whole, the third is empty."""
    answer = scaled({"output": [tokens()]}, masked(), LATENT)["output"][0]
    kept = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0]).repeat(3).reshape(1, -1, 1)
    torch.testing.assert_close(answer, tokens() * kept * 0.5, **EXACT)


def test_tokens_follow_rows_too():
    rows = torch.tensor([0.0, 1.0]).reshape(-1, 1, 1, 1)
    for given in (scale(rows=rows), replace(masked(), rows=rows)):
        answer = scaled({"output": [tokens()]}, given, LATENT)["output"][0]
        assert not answer[0].any() and answer[1].any()


def test_a_control_that_bends_its_strength_is_given_it():
    control = comfy.controlnet.ControlBase()
    control.strength_type = comfy.controlnet.StrengthType.LINEAR_UP
    foreign = ForeignControl(control, Manner(), Readout()).set_cond_hint(torch.zeros(1, 3, 8, 8), 0.5)
    assert control.strength == 0.5 and foreign.manner.schedule.strength == 1.0
    control.strength_type = comfy.controlnet.StrengthType.CONSTANT
    foreign = ForeignControl(control, Manner(), Readout()).set_cond_hint(torch.zeros(1, 3, 8, 8), 0.5)
    assert control.strength == 1.0 and foreign.manner.schedule.strength == 0.5


def test_tokens_that_are_no_image_cannot_be_masked():
    with pytest.raises(ArmatureError, match="7 tokens for a latent of 10 x 6"):
        scaled({"output": [tokens(7)]}, masked(), LATENT)
