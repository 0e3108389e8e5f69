"""ControlNet Union against diffusers' ControlNetUnionModel: every residual of the same weights."""

from types import SimpleNamespace

import pytest
import torch
from diffusers import ControlNetUnionModel

from armature.control.architectures.controlnet_union import Role

from .diffusers_modules import difference, loaded, random, randomised, vector_conditioning
from .test_controlnet_against_diffusers import SDXL, TOLERANCES

CONFIG = {**SDXL, "transformer_layers_per_block": (1, 1, 2), "num_trans_channel": 64, "num_proj_channel": 64}
UNION, PROMAX = 6, 8  # types that each knows


def pair(types, dtype):
    theirs = randomised(ControlNetUnionModel(**CONFIG, num_control_type=types), dtype)
    return loaded(theirs), theirs


def worst(ours, theirs, types, strengths, hints, dtype, mathematics):
    """The largest difference of a residual, where each hint has its type and strength."""
    y, added = vector_conditioning(dtype)
    x, context = random(2, 4, 11, 10, dtype=dtype, seed=1), random(2, 7, 24, dtype=dtype, seed=2)
    step = SimpleNamespace(x=x, timesteps=torch.tensor([10.0, 961.0]), context=context, y=y)
    chosen = torch.zeros(2, theirs.config.num_control_type, dtype=dtype)
    chosen[:, types] = 1
    given = (x, step.timesteps, context, hints, chosen, types, strengths)
    down, middle = theirs(*given, added_cond_kwargs=added, return_dict=False)
    used = ours.with_roles([Role(*role) for role in zip(types, strengths)], mathematics)
    found = used.residuals(step, used.encode(*hints), used.places.blocks)
    expected = {**{("skip", n): residual for n, residual in enumerate(down)}, ("middle", 0): middle}
    assert found.keys() == expected.keys() and len(found) == 10
    return max(difference(found[block], expected[block]) for block in expected)


def images(count, dtype, rows):
    """Hints (2, 3, 88, 80): of one image each, or of two."""
    hints = (random(rows, 3, 88, 80, dtype=dtype, seed=3 + n).sigmoid() for n in range(count))
    return [hint.expand(2, -1, -1, -1).contiguous() for hint in hints]


@torch.no_grad()
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
@pytest.mark.parametrize(
    "count, types", [(UNION, [0]), (UNION, [3]), (PROMAX, [7]), (UNION, [1, 3]), (PROMAX, [0, 1, 6])]
)
@pytest.mark.parametrize("mathematics", ["core", "reference"])
def test_every_residual_is_theirs(count, types, mathematics, dtype):
    hints = images(len(types), dtype, rows=1)
    assert worst(*pair(count, dtype), types, [1.0] * len(types), hints, dtype, mathematics) <= TOLERANCES[dtype]


@torch.no_grad()
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
def test_the_reference_mixes_images_and_scales_hints_as_theirs(dtype):
    networks, hints = pair(PROMAX, dtype), images(2, dtype, rows=2)
    assert worst(*networks, [1, 6], [0.4, 0.9], hints, dtype, "reference") <= TOLERANCES[dtype]
    assert worst(*networks, [1, 6], [0.4, 0.9], hints, dtype, "core") > 1e-5
