"""What the user chose beyond strength and range, on a network that counts its work."""

import pytest
import torch
import torch.nn.functional as F

from armature.control.held_keyframes import HeldKeyframes
from armature.control.hint import Fit, fit_size, pick
from armature.control.mask import effect_mask, shaped
from armature.control.model import ResidualModel
from armature.control.options import Options
from armature.control.reuse import ReusedResiduals
from armature.control.rows import Rows
from armature.control.schedule import Keyframe, Keyframes, Schedule
from armature.control.step import Step
from armature.control.unit import NOTHING, ControlUnit, Manner
from armature.control.weights import LayerWeights, Places, masked_soft
from armature.errors import MissingInput

BLOCKS = (*(("skip", n) for n in range(4)), ("middle", 0))
EXACT = {"rtol": 0, "atol": 0}


class Counting(ResidualModel):
    """Residuals that tell their block and row apart; remembers what it was asked."""

    places = Places(BLOCKS, depth=4)

    def __init__(self):
        super().__init__()
        self.asked = []

    def residuals(self, step, encoded, wanted):
        self.asked.append((step.x.shape[0], list(wanted)))
        own = step.x.mean(dim=(1, 2, 3), keepdim=True)
        return {block: (own + BLOCKS.index(block) + 1).expand(-1, 2, 4, 4) for block in wanted}


def step(number=0, parts=(1, 0), images=2, **more):
    """Step `number` of 10 with rows 0, 10, 20, ... as x."""
    x = torch.arange(len(parts) * images).float().reshape(-1, 1, 1, 1).expand(-1, 4, 4, 4) * 10
    sigmas = tuple(10.0 - n for n in range(11))
    given = {"sigmas": sigmas, "cond_or_uncond": tuple(parts), "prompts": ("a", "b")[: len(parts)], **more}
    return Step(x, x[:, 0, 0, 0], x, 10.0 - number, lambda p: 10 * (1 - p), lambda s: 1 - s / 10, **given)


def output(manner, at=None, model=None):
    return ControlUnit(model or Counting(), manner).output(at or step(), lambda part: part.x).residuals


def test_masks_scale_every_block_at_its_own_size():
    left = torch.zeros(1, 8, 8)
    left[..., :4] = 1.0
    found, plain = output(Manner(mask=effect_mask(left))), output(Manner())
    for block in BLOCKS:
        torch.testing.assert_close(found[block][..., :1], plain[block][..., :1], **EXACT)
        assert not found[block][..., 3:].any()


def test_a_mask_of_ones_is_no_mask_and_one_of_zeros_no_control():
    whole, plain = output(Manner(mask=effect_mask(torch.ones(2, 5, 3)))), output(Manner())
    assert all(torch.equal(whole[block], plain[block]) for block in BLOCKS)
    assert Manner(mask=effect_mask(torch.ones(2, 5, 3))).scale(step(), Counting.places).mask is None
    model = Counting()
    unit = ControlUnit(model, Manner(mask=effect_mask(torch.zeros(1, 4, 4))))
    assert unit.output(step(), lambda part: part.x) == NOTHING and not model.asked


def test_each_image_of_a_batch_has_its_own_mask_in_turn():
    masks = torch.stack([torch.zeros(4, 4), torch.ones(4, 4)])
    found = output(Manner(mask=effect_mask(masks)), step(images=4))["skip", 1]
    assert [bool(row.any()) for row in found] == [False, True] * 4
    held = output(Manner(mask=effect_mask(masks, batching="hold")), step(images=4))["skip", 1]
    assert [bool(row.any()) for row in held] == [False, True, True, True] * 2


def test_a_window_of_the_batch_has_its_own_masks():
    masks = torch.stack([torch.full((4, 4), value) for value in (0.25, 0.5, 0.75)])
    found = output(Manner(mask=effect_mask(masks)), step(images=2, window=(2, 0)))["skip", 0]
    whole = output(Manner(), step(images=2))["skip", 0]
    torch.testing.assert_close(found, whole * torch.tensor([0.75, 0.25, 0.75, 0.25]).reshape(-1, 1, 1, 1))


def test_feathering_fades_the_border_both_ways():
    mask = torch.zeros(1, 16, 16)
    mask[..., 8:] = 1.0
    soft = shaped(mask, feather=2)[0, 8]
    assert soft[0] == 0 and soft[-1] == 1 and 0 < soft[7] < 0.5 < soft[8] < 1
    assert torch.all(soft.diff() >= 0)
    torch.testing.assert_close(shaped(mask, 2, invert=True)[0, 8], 1 - soft)


def test_a_zero_for_the_negative_prompt_runs_no_network_for_it():
    model = Counting()
    found = output(Manner(options=Options(uncond=0.0)), model=model)
    assert model.asked == [(2, list(BLOCKS))]
    plain = output(Manner())
    for block in BLOCKS:
        assert not found[block][:2].any()
        torch.testing.assert_close(found[block][2:], plain[block][2:], **EXACT)


def test_where_only_the_negative_prompt_is_evaluated_nothing_runs():
    model = Counting()
    assert output(Manner(options=Options(uncond=0.0)), step(parts=(1,)), model) == {} and not model.asked


def test_a_part_for_the_negative_prompt_is_a_factor():
    found, plain = output(Manner(options=Options(uncond=0.5))), output(Manner())
    torch.testing.assert_close(found["middle", 0][:2], plain["middle", 0][:2] * 0.5, **EXACT)
    torch.testing.assert_close(found["middle", 0][2:], plain["middle", 0][2:], **EXACT)


@pytest.mark.parametrize("mode, uncond", [("balanced", 1.0), ("prompt", 1.0), ("control", 0.0)])
def test_the_modes_are_those_of_sd_webui(mode, uncond):
    found, plain = output(Manner(Schedule(0.7), options=Options(mode=mode))), output(Manner())
    for block in BLOCKS:
        weight = 1.0 if mode == "balanced" else 0.825 ** (12 - Counting.places.level(block))
        torch.testing.assert_close(found[block][2:], plain[block][2:] * (0.7 * weight))
        torch.testing.assert_close(found[block][:2], plain[block][:2] * (0.7 * weight * uncond))


def test_single_images_have_strengths_of_their_own():
    options = Options(strengths=((0, 0.25), (2, 3.0)), strength_of_others=0.0)
    found, plain = output(Manner(options=options), step(images=3)), output(Manner(), step(images=3))
    factors = torch.tensor([0.25, 0.0, 3.0] * 2).reshape(-1, 1, 1, 1)
    torch.testing.assert_close(found["skip", 2], plain["skip", 2] * factors, **EXACT)


def test_every_factor_of_advanced_controlnet_multiplies_once():
    """strength 0.8 x weight 0.825 x keyframe 0.5 x mask 0.25 x image 0.5, and x 0.1 for the negative prompt."""
    course = Keyframes((Keyframe(0.0, 0.5),))
    options = Options(uncond=0.1, strengths=((0, 0.5),))
    weights, mask = LayerWeights(values=(0.825,) * 5), effect_mask(torch.full((1, 4, 4), 0.25))
    found, plain = output(Manner(Schedule(0.8, course=course), weights, mask, options)), output(Manner())
    factors = torch.tensor([0.004125, 0.00825, 0.04125, 0.0825]).reshape(-1, 1, 1, 1)
    for block in BLOCKS:
        torch.testing.assert_close(found[block], plain[block] * factors)


def test_guess_mode_is_that_of_diffusers():
    """Powers of ten from a tenth up to one over the blocks, and nothing for the negative prompt."""
    guess = Manner(weights=LayerWeights("soft (diffusers guess mode)"), options=Options(uncond=0.0))
    found, plain = output(guess), output(Manner())
    for block, weight in zip(BLOCKS, (0.1, 0.177828, 0.316228, 0.562341, 1.0)):
        torch.testing.assert_close(found[block][2:], plain[block][2:] * weight, rtol=1e-5, atol=0)
        assert not found[block][:2].any()


def test_blocks_behind_the_last_weight_are_not_asked_for():
    model = Counting()
    output(Manner(weights=LayerWeights(values=(1.0, 0.0, 0.5, 0.0, 0.0))), model=model)
    assert model.asked == [(4, [("skip", 0), ("skip", 2)])]


def test_weights_of_nothing_but_zeros_run_no_network():
    model = Counting()
    assert output(Manner(weights=LayerWeights(values=(0.0,) * 5)), model=model) == {} and not model.asked


def test_keyframed_weights_and_masks_take_over():
    mask, early = effect_mask(torch.zeros(1, 4, 4)), LayerWeights("early")
    course = Keyframes((Keyframe(0.0, weights=early), Keyframe(0.5, mask=mask)), "step")
    manner = Manner(Schedule(course=course, basis="steps"))
    assert set(output(manner, step(2))) == {("skip", 0), ("skip", 1)}
    assert output(manner, step(5)) == {}


def test_a_pooled_control_is_flat_and_may_leave_the_negative_prompt_alone():
    class Uneven(Counting):
        def residuals(self, step, encoded, wanted):
            ramp = torch.arange(16.0).reshape(1, 1, 4, 4)
            return {block: value + ramp for block, value in super().residuals(step, encoded, wanted).items()}

    found, plain = output(Manner(pooled=True), model=Uneven()), output(Manner(), model=Uneven())
    mean = plain["skip", 3].mean(dim=(2, 3), keepdim=True)
    torch.testing.assert_close(found["skip", 3], mean.expand_as(plain["skip", 3]), **EXACT)
    alone = output(Manner(pooled=True, options=Options(pooled_uncond=False)), model=Uneven())
    assert not alone["skip", 3][:2].any() and alone["skip", 3][2:].any()


@pytest.mark.parametrize("sizes, acts", [((0, 3), False), ((4, 4), True), ((5, 99), False)])
def test_a_size_of_the_latent_may_be_asked_for(sizes, acts):
    assert bool(output(Manner(options=Options(sizes=sizes)))) == acts


def test_reused_residuals_are_those_of_the_last_step_that_made_them():
    model = Counting()
    reused = ReusedResiduals(model, 3, {})
    for number in range(7):
        output(Manner(), step(number), reused)
    assert len(model.asked) == 3
    output(Manner(), step(6, prompts=("c", "d")), reused)
    assert len(model.asked) == 4


def test_rows_are_taken_and_put_back():
    rows, whole = Rows(3, (0, 2)), torch.arange(6.0).reshape(6, 1)
    assert rows.take(whole).flatten().tolist() == [0, 1, 4, 5]
    assert rows.put(whole, -rows.take(whole)).flatten().tolist() == [0, -1, 2, 3, -4, -5]
    assert rows.spread(torch.tensor([[7.0]]), 6).flatten().tolist() == [7, 7, 0, 0, 7, 7]
    patched = rows.patch(lambda h, skip, options: (h + options, skip * 10))
    h, skip = patched(whole, whole.clone(), 1.0)
    assert h.flatten().tolist() == [1, 2, 2, 3, 5, 6] and skip.flatten().tolist() == [0, 10, 2, 3, 40, 50]


def test_hints_are_repeated_as_asked():
    hints = torch.arange(3.0).reshape(3, 1, 1, 1)
    assert pick(hints, range(8)).flatten().tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert pick(hints, range(8), "hold").flatten().tolist() == [0, 1, 2, 2, 2, 2, 2, 2]
    assert pick(hints, (5, 1)).flatten().tolist() == [2, 1]
    with pytest.raises(MissingInput, match="3 images for 8 latents"):
        pick(hints, range(8), "error")


@pytest.mark.parametrize("size", [(64, 64), (40, 64), (64, 24), (7, 9)])
@pytest.mark.parametrize("shape", [(50, 70), (64, 64), (33, 31), (1, 5)])
def test_the_default_fit_is_comfyuis_to_the_bit(shape, size):
    from comfy.utils import common_upscale

    hint = torch.rand(2, 3, *shape)
    expected = common_upscale(hint, size[1], size[0], "nearest-exact", "center")
    torch.testing.assert_close(fit_size(hint, size), expected, **EXACT)


def test_the_whole_image_fits_between_bars_or_continued_edges():
    hint = torch.full((1, 3, 20, 40), 0.5)
    barred, filled = (fit_size(hint, (40, 40), Fit(resizing)) for resizing in ("fit", "fill edge"))
    assert not barred[..., :10, :].any() and not barred[..., 30:, :].any() and (barred[..., 10:30, :] == 0.5).all()
    assert (filled == 0.5).all()
    assert fit_size(hint, (40, 40), Fit("stretch")).shape == (1, 3, 40, 40)


def test_the_automatic_filter_keeps_labels_apart():
    labels = (torch.rand(1, 3, 64, 64) > 0.5).float()
    assert set(fit_size(labels, (100, 90), Fit("stretch", "auto")).unique().tolist()) == {0.0, 1.0}
    photo = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(
        fit_size(photo, (32, 32), Fit("stretch", "auto")), torch.nn.functional.avg_pool2d(photo, 2)
    )
    assert fit_size(photo, (128, 128), Fit("stretch", "auto")).unique().numel() > photo.unique().numel()


def test_masked_soft_weights_are_powers_of_the_mask_at_every_size():
    mask = torch.tensor([[0.0, 0.5], [0.8, 1.0]]).reshape(1, 2, 2)
    found, plain = output(Manner(weights=masked_soft(mask, 0.0, 1.0))), output(Manner())
    at_size = F.interpolate(mask[None], (4, 4), mode="bilinear")
    for n, block in enumerate(BLOCKS):
        torch.testing.assert_close(found[block], plain[block] * at_size ** (4 - n))


def test_keyframes_that_hold_follow_their_rules():
    """Their masks multiply, and what the control has itself beats them."""
    half, other = (effect_mask(torch.full((1, 2, 2), value)) for value in (0.5, 0.4))
    frame = Keyframe(0.0, 2.0, LayerWeights("only middle", uncond=0.0), half, ((1, 3.0),), 0.1)
    held = Schedule(course=HeldKeyframes((frame,)))
    plain = output(Manner())
    found = output(Manner(held, mask=other))
    factors = torch.tensor([0.0, 0.0, 0.1, 3.0]).reshape(-1, 1, 1, 1)
    torch.testing.assert_close(found["middle", 0], plain["middle", 0] * 2 * 0.5 * 0.4 * factors)
    assert set(found) == {("middle", 0)}
    own = output(Manner(held, LayerWeights(), images=((-2, 5.0),)))
    factors = torch.tensor([5.0, 0.1, 5.0, 0.1]).reshape(-1, 1, 1, 1)
    torch.testing.assert_close(own["skip", 0], plain["skip", 0] * factors)


def test_a_mask_of_a_keyframe_is_counted_as_the_options_say():
    masks = effect_mask(torch.stack([torch.zeros(4, 4), torch.ones(4, 4)]))
    held = Manner(
        Schedule(course=HeldKeyframes((Keyframe(0.0, mask=masks),))), options=Options(fit=Fit(batching="hold"))
    )
    assert [bool(row.any()) for row in output(held, step(images=4))["skip", 0]] == [False, True, True, True] * 2


def test_images_that_count_from_the_end_do_so_in_a_window_too():
    found = output(Manner(images=((-1, 1.0),)), step(images=2, parts=(0,), window=(2, 4), frames=5))["skip", 0]
    assert [bool(row.any()) for row in found] == [False, True]
