"""Objects with the fields of Advanced-ControlNet's, and its Apply node's way with a control."""

from types import SimpleNamespace as Made

import pytest
import torch

from armature.control.held_keyframes import HeldKeyframes
from armature.control.schedule import Keyframe, Keyframes, Schedule
from armature.control.weights import LayerWeights
from armature.errors import InvalidValue
from armature.host import peer_objects

from . import tiny
from .test_sampling import ours

SCALED = "soft (Advanced-ControlNet, scaled)"
COUNTED = tuple(n / 20 for n in range(13))
NOTHING = {"weights_input": None, "weights_middle": None, "weights_output": None, "weight_mask": None}


def weights(kind, **more):
    common = {"weight_func": None, "uncond_multiplier": 0.5, "has_uncond_mask": False, "extras": {}}
    return Made(**{"weight_type": kind, "base_multiplier": 0.9, **NOTHING, **common, **more})


@pytest.mark.parametrize(
    "given, expected",
    [
        (weights("default", extras={"middle_mult": 0.3}), LayerWeights(middle=0.3, uncond=0.5)),
        (weights("universal"), LayerWeights(SCALED, 0.9, uncond=0.5)),
        (
            weights("controlnet", weights_output=list(COUNTED[:12]), weights_middle=[COUNTED[12]]),
            LayerWeights(values=COUNTED, uncond=0.5, adapts=True),
        ),
        (
            weights("t2iadapter", weights_input=[0.1] * 3 + [0.2] * 3 + [0.3] * 3 + [0.4] * 3),
            LayerWeights(values=(0.1, 0.2, 0.3, 0.4), uncond=0.5, adapts=True),
        ),
        (LayerWeights("late"), LayerWeights("late")),
        (None, None),
    ],
)
def test_their_weights_are_read(given, expected):
    assert peer_objects.layer_weights(given) == expected


def test_their_masked_weights_are_read():
    found = peer_objects.layer_weights(weights("universal", weight_mask=torch.full((1, 4, 4), 0.5)))
    assert (found.base_mask.pixels == 0.5).all() and found.preset == "flat"


@pytest.mark.parametrize(
    "given, named",
    [
        (weights("sparsectrl"), "for sparsectrl"),
        (weights("controlnet", weight_func=len), "for controlnet"),
        (weights("universal", extras={"inpaint_mask": 1}), "inpaint_mask"),
        (weights("universal", has_uncond_mask=True), "uncond_mask"),
        ({"a": 1}, "found a dict"),
    ],
)
def test_what_is_not_known_is_refused(given, named):
    with pytest.raises(InvalidValue, match=named):
        peer_objects.layer_weights(given)


def group():
    latents = Made(keyframes=[Made(batch_index=-1, strength=0.4)])
    common = {"control_weights": None, "mask_hint_orig": None, "inherit_missing": True}
    first = Made(
        start_percent=0.2, strength=0.7, latent_keyframes=latents, null_latent_kf_strength=0.1, guarantee_steps=2
    )
    return Made(keyframes=[Made(**vars(first), **common)])


def test_their_keyframes_are_read_and_hold():
    expected = Keyframe(0.2, 0.7, images=((-1, 0.4),), others=0.1, guaranteed=2)
    assert peer_objects.keyframes(group()) == Keyframes((expected,))
    assert peer_objects.schedule(group()) == Schedule(course=HeldKeyframes((expected,)))
    assert peer_objects.schedule(None) == Schedule()


def test_their_apply_sets_our_manner():
    control = ours(tiny.SD1, tiny.core_network(tiny.SD1))
    control.disarm()
    control.set_timestep_keyframes(group())
    control.latent_keyframe_override = Made(keyframes=[Made(batch_index=0, strength=0.3)])
    control.weights_override = weights("controlnet", weights_output=list(COUNTED[:12]), weights_middle=[1.0])
    control.verify_all_weights()
    manner = control.set_cond_hint_mask(torch.ones(1, 4, 4)).manner
    assert manner.options.fit.batching == manner.mask.batching == "hold"
    assert manner.images == ((0, 0.3),) and manner.weights.values[0] == 0.0
    assert manner.schedule == peer_objects.schedule(group())
    control.weights_override = weights("t2iadapter", weights_input=[0.1] * 12)
    with pytest.raises(InvalidValue, match="another kind"):
        control.verify_all_weights()
