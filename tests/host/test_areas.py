"""Prompts for areas: the control sees its own part of the hint and of the mask there, in every family."""

from copy import deepcopy
from dataclasses import replace

import comfy.sampler_helpers
import nodes as comfy_nodes
import pytest
import torch

from armature.control.hint import Fit, fit_size
from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.unit import Manner
from armature.host.applying import Application, apply, apply_control

from . import tiny
from .test_families import adapter, core_adapter, our_adapter
from .test_manner import FAMILIES
from .test_sampling import EXACT, conditionings, ours, sample

HEIGHT, WIDTH = SIZE = 16, 32  # of the latent
IMAGE = tiny.hint(HEIGHT * 8, WIDTH * 8)
LEFT, RIGHT = (0, 0, 16, 16), (0, 16, 16, 16)  # top, left, height, width, in latent pixels
CROP, SQUEEZE = (Manner(options=Options(areas=areas)) for areas in ("crop", "squeeze"))
MASK = torch.cat([torch.ones(1, 128, 64), torch.zeros(1, 128, 128), torch.ones(1, 128, 64)], dim=2)


def part(images, area):
    """Of IMAGEs or MASKs (B, H, W, ...) of the whole."""
    top, left, height, width = (side * 8 for side in area)
    return images[:, top : top + height, left : left + width]


def in_area(conditioning, area):
    top, left, height, width = (side * 8 for side in area)
    return comfy_nodes.ConditioningSetArea().append(conditioning, width, height, left, top, 1.0)[0]


def two(family):
    """Prompts for the left and the right half, and the negative."""
    return (*(tiny.conditioning(family, seed) for seed in (10, 12)), tiny.conditioning(family, 11))


def together(family, control, manner):
    """One control over both halves."""
    left, right, negative = two(family)
    return apply(in_area(left, LEFT) + in_area(right, RIGHT), negative, Application(control, IMAGE, 0.8, manner=manner))


def apart(family, control, mask):
    """A control for each half, with the half of the hint."""

    def controlled(conditioning, area):
        manner = Manner(mask=effect_mask(part(mask, area)))
        return apply(conditioning, None, Application(control, part(IMAGE, area), 0.8, manner=manner))[0]

    left, right, negative = two(family)
    positive = in_area(controlled(left, LEFT), LEFT) + in_area(controlled(right, RIGHT), RIGHT)
    return positive, controlled(negative, (0, 0, *SIZE))


class Seen:
    """What a control of ours encodes."""

    def __init__(self, control):
        self.hints, encode = [], control.model.encode
        control.model.encode = lambda hint: (self.hints.append(hint), encode(hint))[1]


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda case: case.name)
def case(request):
    return request.param


def test_each_half_has_its_own_columns(case):
    """As two controls with the halves of the hint, in other batches: measured up to 8e-5 of 314, in fp32."""
    base, control = tiny.base_model(case.base), case.control()
    runs = [together(case.base, control, replace(CROP, mask=effect_mask(MASK))), apart(case.base, control, MASK)]
    found, expected = (sample(base, *both, size=SIZE, steps=1, cfg=1.0) for both in runs)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-4)


def test_areas_in_one_forward_each_get_their_own():
    """Two positive halves and their negatives run in one batch; the whole negative in another."""
    control, batches = ours(tiny.SD1, tiny.core_network(tiny.SD1)), []
    seen = Seen(control)
    control.model.middle_block.register_forward_pre_hook(lambda module, given: batches.append(given[0].shape[0]))
    sample(tiny.base_model(tiny.SD1), *together(tiny.SD1, control, CROP), size=SIZE)
    assert batches == [4, 1] * 2 and len(seen.hints) == 2
    image = IMAGE.movedim(-1, 1)
    halves = [image[..., :128], image[..., 128:]]
    rows = [[torch.equal(row, half[0]) for half in halves] for row in seen.hints[0]]
    assert sorted(rows) == [[False, True]] * 2 + [[True, False]] * 2
    torch.testing.assert_close(seen.hints[1], image, **EXACT)


AREAS = {
    "pixels": lambda given: in_area(given, (4, 10, 8, 12)),
    "percent": lambda given: comfy_nodes.ConditioningSetAreaPercentage().append(given, 0.375, 0.5, 0.3125, 0.25, 1.0)[
        0
    ],
    "mask bounds": lambda given: comfy_nodes.ConditioningSetMask().append(given, BOX, "mask bounds", 1.0)[0],
}
BOX = torch.zeros(1, 128, 256)
BOX[:, 32:96, 80:176] = 1.0


@pytest.mark.parametrize("before", [True, False], ids=["area first", "control first"])
@pytest.mark.parametrize("place", AREAS.values(), ids=AREAS)
def test_areas_of_every_kind_are_found(place, before):
    control, base = ours(tiny.SD1, tiny.core_network(tiny.SD1)), tiny.base_model(tiny.SD1)
    seen, (positive, negative) = Seen(control), conditionings(tiny.SD1)
    application = Application(control, IMAGE, manner=CROP)
    if before:
        both = apply(place(positive), negative, application)
    else:
        controlled, negative = apply(positive, negative, application)
        both = place(controlled), negative
    sample(base, *both, size=SIZE, steps=1)
    found = [hint for hint in seen.hints if hint.shape[-1] == 96]
    assert len(found) == 1 and len(seen.hints) == 2
    torch.testing.assert_close(found[0], part(IMAGE, (4, 10, 8, 12)).movedim(-1, 1), **EXACT)


def test_every_frame_has_its_own_part():
    control, frames = ours(tiny.SD1, tiny.core_network(tiny.SD1)), tiny.hint(128, 256, 3)
    seen = Seen(control)
    positive, negative = conditionings(tiny.SD1)
    both = apply(in_area(positive, RIGHT), negative, Application(control, frames, manner=CROP))
    sample(tiny.base_model(tiny.SD1), *both, size=SIZE, frames=3, steps=1)
    right = frames.movedim(-1, 1)[..., 128:]
    torch.testing.assert_close(seen.hints[0], torch.cat([right, right]), **EXACT)


@pytest.mark.parametrize("resizing", ["crop", "fit"])
def test_the_part_is_of_the_fitted_hint(resizing):
    """An image of another shape is brought to the whole latent's first."""
    control = ours(tiny.SD1, tiny.core_network(tiny.SD1))
    seen, (positive, negative) = Seen(control), conditionings(tiny.SD1)
    options, image = Options(areas="crop", fit=Fit(resizing)), tiny.hint(100, 100)
    application = Application(control, image, manner=Manner(options=options))
    sample(tiny.base_model(tiny.SD1), *apply(in_area(positive, RIGHT), negative, application), size=SIZE, steps=1)
    whole = fit_size(image.movedim(-1, 1), (128, 256), options.fit)
    torch.testing.assert_close(seen.hints[0], whole[..., 128:], **EXACT)


@pytest.mark.parametrize("xl", [False, True], ids=["ControlNet", "T2I-Adapter"])
def test_cores_apply_and_squeeze_equal_core(xl):
    family = tiny.SDXL if xl else tiny.SD1
    network, base = adapter(True) if xl else tiny.core_network(family), tiny.base_model(family)
    mine, theirs = our_adapter(network) if xl else ours(family, network), (core_adapter if xl else tiny.core_control)

    def run(control, core):
        positive, negative = conditionings(family)
        positive = in_area(positive, LEFT) + in_area(positive, (4, 8, 8, 16))
        if core:
            apply_core = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet
            both = apply_core(positive, negative, control, IMAGE, 0.7, 0.0, 1.0)
        else:
            both = apply(positive, negative, Application(control, IMAGE, 0.7, manner=SQUEEZE))
        return sample(base, *both, size=SIZE, steps=1)

    expected = run(theirs(network), True)
    for found in (run(mine, True), run(mine, False), run(theirs(network), False)):
        torch.testing.assert_close(found, expected, **EXACT)


def test_a_squeezed_control_stays_squeezed_beside_a_cropped_one():
    network, base = tiny.core_network(tiny.SD1), tiny.base_model(tiny.SD1)
    control, other = ours(tiny.SD1, network), ours(tiny.SD1, tiny.core_network(tiny.SD1, seed=2))
    seen, (positive, negative) = Seen(control), conditionings(tiny.SD1)
    positive = in_area(positive, RIGHT)
    both = apply_control(positive, negative, control, IMAGE, 0.7, (0.0, 1.0))
    sample(base, *apply(*both, Application(other, IMAGE, manner=CROP)), size=SIZE, steps=1)
    assert all(hint.shape[-1] != 128 or not torch.equal(hint, part(IMAGE, RIGHT).movedim(-1, 1)) for hint in seen.hints)


def test_prompts_without_areas_run_as_ever():
    """Bit for bit, and without the second copy of the model that ComfyUI makes for prompts with hooks."""
    network, base = tiny.core_network(tiny.SD1), tiny.base_model(tiny.SD1)
    cropped, plain = (
        apply(*conditionings(tiny.SD1), Application(ours(tiny.SD1, network), tiny.hint(), manner=manner))
        for manner in (CROP, SQUEEZE)
    )
    assert not any(comfy.sampler_helpers.cond_has_hooks(conditioning) for conditioning in cropped)
    before = deepcopy(base.model_options)
    torch.testing.assert_close(sample(base, *cropped), sample(base, *plain), **EXACT)
    assert base.model_options == before
