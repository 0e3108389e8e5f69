"""T2I-Adapter against diffusers' T2IAdapter: every feature of the same weights."""

import pytest
import torch
from diffusers import T2IAdapter

from .diffusers_modules import loaded, random, randomised

KINDS = {  # pixels a latent pixel, and the levels' widths: the light one repeats the last by itself
    "full_adapter": (8, [32, 64, 128, 128]),
    "light_adapter": (8, [32, 64, 128]),
    "full_adapter_xl": (16, [32, 64, 128, 128]),
}


@torch.no_grad()
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("size", [(8, 8), (9, 7), (5, 10)], ids=str)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_every_feature_is_theirs_to_the_bit(kind, channels, size, dtype):
    multiple, widths = KINDS[kind]
    theirs = randomised(T2IAdapter(channels, widths, 2, multiple, kind), dtype)
    ours = loaded(theirs)
    hint = random(2, channels, *(multiple * side for side in size), dtype=dtype, seed=1).sigmoid()
    assert (ours.hint_channels, ours.hint_multiple) == (channels, multiple)
    found, expected = ours.encode(hint), theirs(hint)
    assert len(found) == len(expected) == 4
    for mine, other in zip(found, expected):
        torch.testing.assert_close(mine, other, rtol=0, atol=0)
