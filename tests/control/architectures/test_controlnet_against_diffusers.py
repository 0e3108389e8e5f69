"""ControlNet against diffusers' ControlNetModel: every residual of the same weights."""

from types import SimpleNamespace

import pytest
import torch
from diffusers import ControlNetModel

from .diffusers_modules import XL, difference, loaded, random, randomised, vector_conditioning

TOLERANCES = {torch.float32: 2e-6, torch.float64: 1e-13}  # of a residual's norm; measured 6.5e-7 and 3e-15
COMMON = {"conditioning_embedding_out_channels": (4, 6, 8, 10), "cross_attention_dim": 24}
SD = {**COMMON, "block_out_channels": (64, 128, 256, 256)}
SDXL = {
    **COMMON,
    **XL,
    "block_out_channels": (64, 128, 256),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "attention_head_dim": (1, 2, 4),
    "use_linear_projection": True,
}
CONFIGS = {
    "SD 1.x": {**SD, "attention_head_dim": 8},
    "SD 2.x": {**SD, "attention_head_dim": (1, 2, 4, 4), "use_linear_projection": True},
    "SDXL": {**SDXL, "transformer_layers_per_block": (1, 2, 3)},
    "SDXL mid": {**SDXL, "transformer_layers_per_block": (0, 0, 1)},  # projections without a transformer between
}


@torch.no_grad()
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
@pytest.mark.parametrize("size", [(16, 16), (11, 10)], ids=str)
@pytest.mark.parametrize("name", CONFIGS)
def test_every_residual_is_theirs(name, size, dtype):
    theirs = randomised(ControlNetModel(**CONFIGS[name]), dtype)
    ours = loaded(theirs)
    y, added = vector_conditioning(dtype) if "SDXL" in name else (None, None)
    x, context = random(2, 4, *size, dtype=dtype, seed=1), random(2, 7, 24, dtype=dtype, seed=2)
    hint = random(2, 3, 8 * size[0], 8 * size[1], dtype=dtype, seed=3).sigmoid()
    timesteps = torch.tensor([10.0, 961.0])
    down, middle = theirs(x, timesteps, context, hint, added_cond_kwargs=added, return_dict=False)
    found = ours.residuals(
        SimpleNamespace(x=x, timesteps=timesteps, context=context, y=y), ours.encode(hint), ours.places.blocks
    )
    expected = {**{("skip", n): residual for n, residual in enumerate(down)}, ("middle", 0): middle}
    assert found.keys() == expected.keys() and len(found) == (10 if "SDXL" in name else 13)
    differences = {block: difference(found[block], expected[block]) for block in expected}
    assert max(differences.values()) <= TOLERANCES[dtype], differences
