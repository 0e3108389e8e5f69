"""Tiles: each sees its own part of the hint, whoever cuts it, and what is local comes out as in the whole."""

import pytest
import torch
from comfy.patcher_extension import WrappersMP

from armature.control.area import Area, Size
from armature.control.hint import Fit, fit_size
from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.schedule import Keyframe, Keyframes, Schedule
from armature.control.unit import Manner
from armature.errors import InvalidValue, WrongControl
from armature.host.applying import Application, apply
from armature.host.cropping import box, crop_controls

from . import tiny
from .test_areas import Seen
from .test_families import adapter, core_adapter, our_adapter
from .test_sampling import EXACT, conditionings, ours, sample

WHOLE = Size(128, 512)
IMAGE = tiny.hint(*WHOLE)
TILE = Area(32, 128, 64, 192, WHOLE)
PLAIN = Manner()
SD1 = tiny.SD1


@pytest.fixture(scope="module")
def base():
    return tiny.base_model(SD1)


def our_controlnet(seed=1):
    return ours(SD1, tiny.core_network(SD1, seed))


def applied(control, image=IMAGE, manner=PLAIN, both=None):
    return apply(*(both or conditionings(SD1)), Application(control, image, 0.8, manner=manner))


def residuals(base, both, size):
    """What the controls add to the encoder at the first step of a run."""
    found = []

    def watch(executor, x, t, c_concat, c_crossattn, control, *more, **named):
        found.append(control["input"])
        return executor(x, t, c_concat, c_crossattn, control, *more, **named)

    watched = base.clone()
    watched.add_wrapper_with_key(WrappersMP.APPLY_MODEL, "watch", watch)
    sample(watched, *both, size=size, steps=1)
    return [tensor for tensor in reversed(found[0]) if tensor is not None]


def test_the_tile_sees_its_part_of_the_fitted_hint_and_no_other(base):
    """Of every control of a chain; the given ones keep theirs."""
    first, second, theirs = our_controlnet(), our_controlnet(2), tiny.core_network(SD1, 3)
    fit, small = Options(fit=Fit("fit", "bicubic")), tiny.hint(100, 70)
    seen, core_seen = [Seen(first), Seen(second)], []
    theirs.register_forward_pre_hook(lambda module, given, named: core_seen.append(named["hint"]), with_kwargs=True)
    both = applied(first, small, Manner(options=fit))
    both = applied(tiny.core_control(theirs), IMAGE, both=applied(second, both=both))
    both = applied(tiny.core_control(theirs), IMAGE, Manner(options=Options(uncond=0.5)), both)
    tile = crop_controls(TILE, *both)
    assert tile[0][0][1]["control"] is tile[1][0][1]["control"]
    sample(base, *tile, size=(8, 24), steps=1)
    cut = IMAGE[:, 32:96, 128:320].movedim(-1, 1)
    fitted = fit_size(small.movedim(-1, 1), WHOLE, fit.fit)[..., 32:96, 128:320]
    assert [len(hints) for hints in (seen[0].hints, seen[1].hints, core_seen)] == [1, 1, 2]
    for found, expected in zip((seen[0].hints[0], seen[1].hints[0], *core_seen), (fitted, cut, cut, cut)):
        torch.testing.assert_close(found, expected, **EXACT)
    sample(base, *both, size=(16, 64), steps=1)
    torch.testing.assert_close(seen[1].hints[-1], IMAGE.movedim(-1, 1), **EXACT)


@pytest.mark.parametrize("keyframed", [False, True])
def test_masks_are_cut_as_hints_are(base, keyframed):
    mask = torch.zeros(1, 128, 512)
    mask[..., 128:224] = 1.0
    cut = mask[:, 32:96, 128:320]

    def manner(place):
        course = Keyframes((Keyframe(0.0, mask=effect_mask(place)),))
        return Manner(Schedule(course=course)) if keyframed else Manner(mask=effect_mask(place))

    tile = crop_controls(TILE, *applied(our_controlnet(), manner=manner(mask)))
    expected = applied(our_controlnet(), IMAGE[:, 32:96, 128:320], manner(cut))
    found, expected = (sample(base, *both, size=(8, 24), steps=1) for both in (tile, expected))
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-4)  # of 300: the mask is sampled, not sliced


def test_a_crop_of_a_crop_is_one_crop(base):
    both = applied(our_controlnet(), manner=Manner(mask=effect_mask(torch.rand(1, 32, 64))))
    twice = crop_controls(Area(0, 64, 64, 128, Size(64, 192)), *crop_controls(TILE, *both))
    once = crop_controls(Area(32, 192, 64, 128, WHOLE), *both)
    found, expected = (sample(base, *tile, size=(8, 16), steps=1) for tile in (twice, once))
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-4)


@pytest.mark.parametrize("make", [our_adapter, core_adapter], ids=["ours", "ComfyUI's"])
def test_stitched_tiles_equal_the_whole_inside_the_margin(base, make):
    """A T2I-Adapter has convolutions alone. At the first size they see 3 pixels far, at the second 4, which is 8 of
    the latent: two tiles that overlap by 16 have all of the whole between them."""
    mask = torch.rand(1, 16, 64, generator=torch.Generator().manual_seed(6))
    both = applied(make(adapter(False)), manner=Manner(mask=effect_mask(mask)))
    tiles = [crop_controls(Area(0, x, 128, 320, WHOLE), *both) for x in (0, 192)]
    whole = residuals(base, both, (16, 64))[:2]
    left, right = (residuals(base, tile, (16, 40))[:2] for tile in tiles)
    for size, (a, b, expected) in enumerate(zip(left, right, whole)):
        seam, margin = 32 >> size, 8 >> size
        stitched = torch.cat([a[..., :seam], b[..., margin:]], dim=-1)
        torch.testing.assert_close(stitched, expected, rtol=0, atol=1e-5)
        assert not torch.allclose(b[..., 0], expected[..., b.shape[-1] * 3 // 5], atol=1e-3)


def test_hints_that_other_packs_cut_are_followed(base):
    """As Ultimate SD Upscale: copies along the chain whose `cond_hint_original` is cut."""
    control, theirs, core_seen = our_controlnet(), tiny.core_network(SD1, 3), []
    theirs.register_forward_pre_hook(lambda module, given, named: core_seen.append(named["hint"]), with_kwargs=True)
    seen = Seen(control)
    wrapped = Manner(options=Options(uncond=0.5))
    positive, negative = applied(tiny.core_control(theirs), manner=wrapped, both=applied(control))
    sample(base, positive, negative, size=(16, 64), steps=1)
    top = positive[0][1]["control"].copy()
    top.set_previous_controlnet(positive[0][1]["control"].previous_controlnet.copy())
    for link in (top, top.previous_controlnet):
        link.cond_hint_original = link.cond_hint_original[..., :64, :192]
    tile = [[[tensor, {**extras, "control": top}] for tensor, extras in given] for given in (positive, negative)]
    sample(base, *tile, size=(8, 24), steps=1)
    for hints in (seen.hints, core_seen):
        torch.testing.assert_close(hints[-1], IMAGE.movedim(-1, 1)[..., :64, :192], **EXACT)


def test_hints_of_tiles_within_an_evaluation_are_followed(base):
    """As TiledDiffusion: `cond_hint` has the tiles of the rows before `get_control` is called for them."""
    control, theirs, core_seen = our_controlnet(), tiny.core_network(SD1, 3), []
    theirs.register_forward_pre_hook(lambda module, given, named: core_seen.append(named["hint"]), with_kwargs=True)
    seen, wrapped = Seen(control), Manner(options=Options(uncond=0.5))
    both = applied(tiny.core_control(theirs), manner=wrapped, both=applied(control))
    top = both[0][0][1]["control"]
    tiles = IMAGE.movedim(-1, 1)[..., :256], IMAGE.movedim(-1, 1)[..., 256:]

    def evaluate(apply_model, given):
        parts = []
        for x, tile in zip(given["input"].chunk(2, dim=-1), tiles):
            top.cond_hint = top.previous_controlnet.cond_hint = tile.repeat(2, 1, 1, 1)
            c = {**given["c"]}
            c["control"] = top.get_control(x, given["timestep"], c, 2, c["transformer_options"])
            parts.append(apply_model(x, given["timestep"], **c))
        top.cond_hint = top.previous_controlnet.cond_hint = None
        return torch.cat(parts, dim=-1)

    tiled = base.clone()
    tiled.set_model_unet_function_wrapper(evaluate)
    sample(tiled, *both, size=(16, 64), steps=1)
    for hints in (seen.hints, core_seen):
        for found, tile in zip(hints[-2:], tiles):
            torch.testing.assert_close(found, tile.repeat(2, 1, 1, 1), **EXACT)


def test_a_box_must_lie_in_the_image():
    assert box(128, 32, 192, 64, WHOLE) == TILE
    for x, y, width, height in ((-8, 0, 64, 64), (0, 0, 0, 64), (456, 0, 64, 64), (0, 200, 64, 64)):
        with pytest.raises(InvalidValue, match="the image 512 x 128"):
            box(x, y, width, height, WHOLE)


def test_hints_of_another_form_are_refused():
    control = our_controlnet()
    control.cond_hint_original = object()
    with pytest.raises(WrongControl, match="ComfyControl"):
        crop_controls(TILE, [[None, {"control": control}]])


def test_prompts_without_control_stay():
    positive, _ = conditionings(SD1)
    assert crop_controls(TILE, positive) == [positive]
