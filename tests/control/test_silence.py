"""Every way not to act is told by its reason."""

import pytest
import torch

from armature.control.mask import effect_mask
from armature.control.options import Options, sizes_between
from armature.control.schedule import Schedule, Values
from armature.control.silence import why_silent
from armature.control.unit import Manner
from armature.control.weights import LayerWeights
from armature.errors import InvalidValue

from .test_manner import step

NOWHERE = effect_mask(torch.zeros(1, 4, 4))


@pytest.mark.parametrize(
    "manner, at, reason",
    [
        (Manner(options=Options(sizes=(64, 128))), step(), "side of the latent is 4, and it acts from 64 to 128"),
        (Manner(options=Options(sizes=sizes_between(64, 0))), step(), "from 64 upwards"),
        (Manner(Schedule(1.0, 0.5, 1.0)), step(0), "its range is 0.5 to 1 by timestep, and this run begins at 0"),
        (Manner(Schedule(1.0, 0.0, 0.3)), step(6), "begins at 0.6. With denoise below 1, a schedule by steps"),
        (Manner(mask=NOWHERE), step(), "its mask is empty"),
        (Manner(Schedule(course=Values((0.0,)))), step(), "its schedule has strength 0"),
        (Manner(options=Options(uncond=0.0)), step(parts=(1,)), "on the positive prompt alone"),
        (Manner(weights=LayerWeights(values=(0.0,) * 5)), step(), "block weights are all 0"),
    ],
)
def test_the_reason_is_told(manner, at, reason):
    assert reason in why_silent(manner, at)


def test_sizes_have_an_order():
    assert sizes_between(0, 0) is None and sizes_between(0, 64) == (0, 64)
    with pytest.raises(InvalidValue, match="from 64 to 32, so on none"):
        sizes_between(64, 32)
