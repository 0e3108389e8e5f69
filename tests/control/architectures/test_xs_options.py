"""What ControlNet-XS may leave out or mix otherwise, against both streams written in one loop."""

import pytest
import torch

from armature.control.architectures.controlnet_xs import XSOptions
from armature.control.scale import Scale
from armature.errors import IncompatibleCheckpoint

from .straight_xs import Straight, weights
from .test_controlnet_xs import controlled, difference, inputs, load, run, straight, variant

TOLERANCE = 1e-12  # in fp64, of the output's norm: attention and sums are computed in another order
LEVELS = {"SD1": 12, "SDXL": 9}
PRUNED = [("A", 5), ("B", 1), ("B", 4), ("B", 12), ("C", 3), ("C", 13), ("C", 18)]


def double(found, seed=0):
    return {key: tensor.double() for key, tensor in weights(found, seed).items()}


@torch.no_grad()
def pruned_straight(found, tensors, step, hint, strength, keep):
    given = (step.x, step.timesteps, step.context, step.y, hint, strength)
    return Straight(found, tensors, keep).run(*given)


def without_later_blocks(tensors, keep, levels):
    """The file that keeps its first blocks, and no exchange that only others need."""

    def stays(key):
        parts = key.split(".")
        if key.startswith("control_model.input_blocks"):
            return int(parts[2]) < keep
        number = int(parts[1]) if parts[1:] and parts[1].isdecimal() else None
        places = {
            "enc_zero_convs_in": number is not None and number < keep - 1,
            "enc_zero_convs_out": number is not None and number < keep,
            "dec_zero_convs_out": number is not None and number >= levels - keep,
        }
        return places.get(parts[0], "middle_block" not in key)

    return {key: tensor for key, tensor in tensors.items() if stays(key)}


@pytest.mark.parametrize("kind, keep", PRUNED)
@pytest.mark.parametrize("infusion", ["cat", "add"])
def test_blocks_after_the_kept_ones_do_nothing(kind, keep, infusion):
    found = variant("SD1", kind, infusion, 4, dtype=torch.float64)
    step, hint = inputs("SD1", (9, 7), dtype=torch.float64)
    tensors = double(found)
    model = load(tensors).with_options(XSOptions(prune_until=keep))
    output = controlled("SD1", model, step, hint, Scale(0.7))
    assert difference(output, pruned_straight(found, tensors, step, hint, 0.7, keep)) <= TOLERANCE
    assert difference(output, straight(found, tensors, step, hint, 0.7)) > 1e-4
    assert difference(output, run("SD1", step, {})) > 1e-4


@pytest.mark.parametrize("kind", ["A", "B", "C"])
def test_keeping_every_block_is_the_whole_network_to_the_bit(kind):
    step, hint = inputs("SD1")
    model = load(weights(variant("SD1", kind)))
    whole = model.with_options(XSOptions(prune_until=25))
    assert torch.equal(controlled("SD1", whole, step, hint), controlled("SD1", model, step, hint))


@pytest.mark.parametrize("family", LEVELS)
@pytest.mark.parametrize("kind, keep", [("A", 2), ("B", 4), ("B", 7), ("B", "encoder")])
@pytest.mark.parametrize("exchanges", ["cut", "left"])
def test_a_pruned_file_is_the_whole_one_pruned(family, kind, keep, exchanges):
    levels = LEVELS[family]
    keep = levels if keep == "encoder" else keep
    step, hint = inputs(family)
    tensors = weights(variant(family, kind))
    file = without_later_blocks(tensors, keep, levels)
    if exchanges == "left":
        file |= {key: tensor for key, tensor in tensors.items() if not key.startswith("control_model.")}
    whole = load(tensors)
    model = load(file)
    assert model.variant == f"{whole.variant}, pruned to {keep} blocks"
    assert model.base.widths == whole.base.widths
    expected = controlled(family, whole.with_options(XSOptions(prune_until=keep)), step, hint)
    assert torch.equal(controlled(family, model, step, hint), expected)


@pytest.mark.parametrize(
    "hole", ["control_model.input_blocks.3.", "control_model.input_blocks.11.", "enc_zero_convs_in.2."]
)
def test_a_file_with_a_hole_is_not_taken_for_a_pruned_one(hole):
    tensors = weights(variant("SD1"))
    with pytest.raises(IncompatibleCheckpoint):
        load({key: tensor for key, tensor in tensors.items() if not key.startswith(hole)})


@torch.no_grad()
def test_reference_sd_leaves_a_learned_embedding_unmixed():
    found = variant("SD2", width=4, learned=True, dtype=torch.float64)
    step, hint = inputs("SD2", (9, 7), dtype=torch.float64)
    tensors = double(found)
    model = load(tensors).with_options(XSOptions(reference_sd=True))
    output = controlled("SD2", model, step, hint, Scale(0.4))
    scaled = {**tensors, "scale_list": tensors["scale_list"] * 0.4}
    assert difference(output, straight(found, scaled, step, hint, 1.0)) <= TOLERANCE
    assert difference(output, straight(found, tensors, step, hint, 0.4)) > 1e-3
    plain = load(tensors)
    whole = controlled("SD2", model, step, hint, Scale(1.0))
    assert torch.equal(whole, controlled("SD2", plain, step, hint, Scale(1.0)))


def test_options_are_of_one_applied_control_and_not_of_the_weights():
    step, hint = inputs("SD1")
    model = load(weights(variant("SD1", learned=True)))
    before = controlled("SD1", model, step, hint, Scale(0.5))
    changed = model.with_options(XSOptions(prune_until=3, reference_sd=True))
    assert not torch.equal(controlled("SD1", changed, step, hint, Scale(0.5)), before)
    assert torch.equal(controlled("SD1", model, step, hint, Scale(0.5)), before)
    for mine, theirs in zip(changed.parameters(), model.parameters()):
        assert mine is theirs
