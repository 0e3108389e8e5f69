import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.controlnet import CONTROLNET
from armature.control.architectures.difference import DIFFERENCE_CONTROLNET
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.relative import RelativeModel
from armature.errors import IncompatibleCheckpoint, WrongBaseModel

from .test_controlnet import VARIANTS, residuals
from .tiny_controlnet import SD1, SDXL, weights
from .tiny_relative import base_weights, difference

ALL = discovery.declared(architectures, Architecture).values()
CPU = torch.device("cpu")


def load(tensors) -> RelativeModel:
    file = Checkpoint(tensors, "x.safetensors")
    architecture, layout = detect(file, ALL)
    assert architecture is DIFFERENCE_CONTROLNET
    return architecture.load(file, layout, Backend())


def bound(tensors, base, dtype=torch.float32):
    return load(tensors).bound(base, Backend(), dtype, CPU)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("prefix", ["", "control_model."])
def test_bound_to_its_base_it_is_the_network_it_was_made_from(variant, prefix):
    whole = weights(VARIANTS[variant])
    base = base_weights(whole)
    file = difference(whole, base)
    network = bound({key if key == "difference" else prefix + key: t for key, t in file.items()}, base)
    for key, weight in network.state_dict().items():
        expected = file[key] + base[key] if key in base else whole[key]
        torch.testing.assert_close(weight, expected, rtol=0, atol=0)
    plain = Checkpoint({key: network.state_dict()[key] for key in whole})
    plain = CONTROLNET.load(plain, detect(plain, ALL)[1], Backend())
    torch.testing.assert_close(residuals(network), residuals(plain), rtol=0, atol=0)


def error(weights, exact):
    return max((weights[key].double() - exact[key]).abs().max().item() for key in exact)


def test_half_precision_is_rounded_once():
    """Core adds in the file's precision: two roundings, of numbers as large as the base's weights."""
    whole = {key: tensor.half() for key, tensor in weights(SD1).items()}
    base = base_weights(whole, seed=1)
    file = difference(whole, {key: tensor.half() for key, tensor in base.items()})
    exact = {key: file[key].double() + base[key].double() for key in base}
    core = error({key: file[key] + base[key].half() for key in base}, exact)
    assert error(bound(file, base).state_dict(), exact) < 1e-7
    half = bound(file, base, torch.float16).state_dict()
    assert error(half, exact) < core
    assert all(torch.equal(half[key], (file[key].float() + base[key]).half()) for key in exact)


def test_another_base_gives_another_network():
    whole = weights(SD1)
    one, other = base_weights(whole), base_weights(whole, seed=9)
    model = load(difference(whole, one))
    first, second = (model.bound(base, Backend(), torch.float32, CPU) for base in (one, other))
    assert not torch.equal(first.time_embed[0].weight, second.time_embed[0].weight)
    assert torch.equal(first.zero_convs[0][0].weight, second.zero_convs[0][0].weight)


def test_it_says_what_it_fits_before_it_is_bound():
    whole = weights(SDXL)
    model = load(difference(whole, base_weights(whole)))
    plain = Checkpoint(whole)
    plain = CONTROLNET.load(plain, detect(plain, ALL)[1], Backend())
    assert (model.base, model.hint_channels, model.downscale_factor) == (plain.base, 3, 8)
    assert model.bound_size == sum(tensor.numel() for tensor in whole.values())
    with pytest.raises(TypeError, match="bound to a base"):
        model.output(None, None, None)


@pytest.mark.parametrize("change", ["shape", "absence"])
def test_a_base_without_the_weight_is_named(change):
    whole = weights(SD1)
    base = base_weights(whole)
    model = load(difference(whole, base))
    base.pop("input_blocks.0.0.weight")
    if change == "shape":
        base["input_blocks.0.0.weight"] = torch.zeros(16, 9, 3, 3)  # an inpainting base
    with pytest.raises(WrongBaseModel, match=r"input_blocks\.0\.0\.weight.*\[16, 4, 3, 3\]"):
        model.bound(base, Backend(), torch.float32, CPU)


@pytest.mark.parametrize("key", ["middle_block.0.in_layers.0.bias", "zero_convs.3.0.weight", "time_embed.0.weight"])
def test_a_missing_weight_is_named(key):
    whole = weights(SD1)
    file = difference(whole, base_weights(whole))
    file.pop(key)
    with pytest.raises(IncompatibleCheckpoint, match=key.replace(".", r"\.")):
        load(file)


def test_an_unknown_key_and_a_wrong_shape_are_refused():
    whole = weights(SD1)
    file = difference(whole, base_weights(whole))
    with pytest.raises(IncompatibleCheckpoint, match="surprise"):
        load({**file, "surprise": torch.zeros(1)})
    with pytest.raises(IncompatibleCheckpoint, match=r"\[3\] where \[32\]"):
        load({**file, "middle_block.0.in_layers.0.bias": torch.zeros(3)})
