"""Against ComfyUI's own adapters with the same weights, and the contract that they break."""

import comfy.t2i_adapter.adapter as core
import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.t2i_adapter import T2I_ADAPTER
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint

from ..manifests import ADAPTERS, checkpoint

ALL = discovery.declared(architectures, Architecture).values()
WIDTHS = [8, 16, 32, 32]
NETWORKS = {
    "full": lambda: core.Adapter(WIDTHS, 2, cin=192, ksize=1, sk=True, use_conv=False, xl=False),
    "one channel": lambda: core.Adapter(WIDTHS, 2, cin=64, ksize=1, sk=True, use_conv=False, xl=False),
    "three wide": lambda: core.Adapter(WIDTHS, 2, cin=192, ksize=3, sk=True, use_conv=True, xl=False),
    "SDXL": lambda: core.Adapter(WIDTHS, 2, cin=768, ksize=1, sk=True, use_conv=False, xl=True),
    "light": lambda: core.Adapter_light(WIDTHS, 4, cin=192),
}


def load(tensors):
    file = Checkpoint(tensors, "x.safetensors")
    architecture, layout = detect(file, ALL)
    assert architecture is T2I_ADAPTER
    return architecture.load(file, layout, Backend())


def network(name):
    torch.manual_seed(0)
    return NETWORKS[name]().eval()


def diffusers(tensors, light):
    """The same weights with the names that diffusers' T2IAdapter gives them."""
    found = {}
    for key, value in tensors.items():
        parts = key.split(".")
        if parts[0] == "body" and light:
            parts[2:3] = ["resnets"] if parts[2] == "body" else parts[2:3]
        elif parts[0] == "body":
            level, place = divmod(int(parts[1]), 2)
            parts[1:2] = [str(level)] if parts[2] in ("in_conv", "down_opt") else [str(level), "resnets", str(place)]
        found[".".join(["adapter", *parts])] = value
    return found


def ours_as_core(model, hint):
    """Our features where core's lists have them: by the number of the input block, the middle one last."""
    with torch.no_grad():
        return dict(model.residuals(None, model.encode(hint), model.places.blocks))


def cores(net, hint):
    with torch.no_grad():
        out = net(hint)
    found = {("input", i): t for i, t in enumerate(reversed(out["input"])) if t is not None}
    return found | {("middle", i): t for i, t in enumerate(out.get("middle", []))}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", [(128, 128), (192, 64)], ids=str)
def test_features_equal_cores_bit_for_bit(name, size):
    net = network(name)
    model = load(net.state_dict())
    hint = torch.rand(2, model.hint_channels, *size, generator=torch.Generator().manual_seed(1))
    ours, theirs = ours_as_core(model, hint), cores(net, hint)
    assert ours.keys() == theirs.keys()
    for block, feature in theirs.items():
        torch.testing.assert_close(ours[block], feature, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["full", "one channel", "SDXL", "light"])
def test_the_diffusers_layout_is_the_same_model(name):
    tensors = network(name).state_dict()
    plain, other = load(tensors), load(diffusers(tensors, name == "light"))
    hint = torch.rand(1, plain.hint_channels, 64, 64)
    for block, feature in ours_as_core(plain, hint).items():
        torch.testing.assert_close(ours_as_core(other, hint)[block], feature, rtol=0, atol=0)


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_published_shape_builds_and_loads_strictly(name):
    file = checkpoint(name)
    architecture, layout = detect(file, ALL)
    model = architecture.load(file, layout, Backend())
    assert architecture is T2I_ADAPTER
    assert sum(p.numel() for p in model.parameters()) == sum(t.numel() for t in file.tensors.values())
    assert model.hint_channels == (1 if name.endswith("1ch") else 3)
    assert model.base.name == ("SDXL" if "sdxl" in name else "Stable Diffusion 1.x or Stable Diffusion 2.x")


def test_odd_maps_are_halved_upwards_without_a_dark_border():
    model = load(network("full").state_dict())
    pooled = model.body[2].down_opt(torch.ones(1, 8, 5, 3))
    assert pooled.shape[-2:] == (3, 2) and pooled.eq(1).all()


def test_features_do_not_depend_on_the_step_and_stay_as_they_are():
    model = load(network("full").state_dict())
    encoded = model.encode(torch.rand(1, 3, 64, 64))
    before = [feature.clone() for feature in encoded]
    model.residuals(None, encoded, model.places.blocks)
    assert all(torch.equal(a, b) for a, b in zip(before, encoded))
