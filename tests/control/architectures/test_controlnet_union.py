"""ControlNet Union against its formula, written out straight-line in fp64, and the shapes of the published files."""

import math

import pytest
import torch
import torch.nn.functional as F

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.controlnet import CONTROLNET
from armature.control.architectures.controlnet_union import CONTROLNET_UNION, TYPES, Role, divided
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.description import describe
from armature.control.step import Step
from armature.errors import IncompatibleCheckpoint, MissingInput, WrongControl

from ..manifests import UNIONS, checkpoint
from .tiny_controlnet import SDXL, diffusers, weights

ALL = discovery.declared(architectures, Architecture).values()
WIDTH, EMBEDDED, SINUSOID = 16, 64, 256
EXACT = {"rtol": 0, "atol": 0}
CLOSE = {"rtol": 0, "atol": 1e-6}  # fp64 but for the sinusoids, which are fp32 as upstream
UNEQUAL = ((3, 1.0), (1, 0.6), (6, 1.7))


def type_weights(count=8, seed=7):
    """Under the names of the published files."""
    found, generator = {}, torch.Generator().manual_seed(seed)

    def layer(name, *sizes):
        found[f"{name}.weight"] = torch.randn(sizes, generator=generator) * 0.3
        found[f"{name}.bias"] = torch.randn(sizes[:1], generator=generator) * 0.3

    found["task_embedding"] = torch.randn(count, WIDTH, generator=generator)
    block = "transformer_layes.0"
    layer(f"{block}.attn.in_proj", 3 * WIDTH, WIDTH)
    for kind in ("weight", "bias"):
        found[f"{block}.attn.in_proj_{kind}"] = found.pop(f"{block}.attn.in_proj.{kind}")
    layer(f"{block}.attn.out_proj", WIDTH, WIDTH)
    layer(f"{block}.ln_1", WIDTH)
    layer(f"{block}.ln_2", WIDTH)
    layer(f"{block}.mlp.c_fc", 4 * WIDTH, WIDTH)
    layer(f"{block}.mlp.c_proj", WIDTH, 4 * WIDTH)
    layer("spatial_ch_projs", WIDTH, WIDTH)
    layer("control_add_embedding.linear_1", EMBEDDED, SINUSOID * count)
    layer("control_add_embedding.linear_2", EMBEDDED, EMBEDDED)
    return found


def load(tensors, dtype=torch.float64):
    file = Checkpoint(tensors, "x.safetensors")
    architecture, layout = detect(file, ALL)
    return architecture.load(file, layout, Backend(), dtype)


def union(count=8, dtype=torch.float64):
    return load(diffusers(weights(SDXL)) | type_weights(count), dtype)


def hints(count, batch=2, dtype=torch.float64):
    return torch.rand(count, batch, 3, 64, 64, generator=torch.Generator().manual_seed(1), dtype=dtype)


def step(batch=2, dtype=torch.float64):
    generator = torch.Generator().manual_seed(2)
    return Step(
        x=torch.randn(batch, 4, 8, 8, generator=generator, dtype=dtype),
        timesteps=torch.tensor([10.0, 961.0])[:batch],
        context=torch.randn(batch, 5, SDXL.context, generator=generator, dtype=dtype),
        sigma=1.0,
        sigma_at=lambda percent: 1 - percent,
        y=torch.randn(batch, SDXL.y, generator=generator, dtype=dtype),
    )


def block(name, w, x):
    """CLIP's block on (sequence, rows, width), with PyTorch's own attention."""
    attention = torch.nn.MultiheadAttention(WIDTH, 8).double()
    attention.load_state_dict({k.split("attn.")[1]: v for k, v in w.items() if ".attn." in k})
    h = F.layer_norm(x, (WIDTH,), w[f"{name}.ln_1.weight"], w[f"{name}.ln_1.bias"])
    x = x + attention(h, h, h, need_weights=False)[0]
    h = F.layer_norm(x, (WIDTH,), w[f"{name}.ln_2.weight"], w[f"{name}.ln_2.bias"])
    h = F.linear(h, w[f"{name}.mlp.c_fc.weight"], w[f"{name}.mlp.c_fc.bias"])
    return x + F.linear(h * torch.sigmoid(1.702 * h), w[f"{name}.mlp.c_proj.weight"], w[f"{name}.mlp.c_proj.bias"])


def authors(controlnet, images, roles, x):
    """What the published code adds to the first features: (B, tokens, width) goes into attention over its first axis.

    The last token is made of the noisy latent.
    """
    w = {key: value.double() for key, value in type_weights().items()}
    several = len(roles) > 1
    tokens, features = [], []
    for image, (number, strength) in zip(images, roles):
        feature = controlnet.input_hint_block(image)
        token = feature.mean(dim=(2, 3)) + w["task_embedding"][number]
        tokens.append(token * strength if several else token)
        features.append(feature * strength if several else feature)
    tokens.append(controlnet.input_blocks[0](x, None, None).mean(dim=(2, 3)))
    mixed = block("transformer_layes.0", w, torch.stack(tokens, dim=1))
    total = 0
    for n, (_, strength) in enumerate(roles):
        shift = F.linear(mixed[:, n], w["spatial_ch_projs.weight"], w["spatial_ch_projs.bias"])[..., None, None]
        total = total + features[n] + (shift * strength if several else shift)
    return total


def image_by_image(controlnet, images, roles):
    """What ComfyUI adds for one type, for each hint, with its strength if there are several."""
    several = len(roles) > 1
    total = 0
    for image, (number, strength) in zip(images, roles):
        alone = [authors(controlnet, [one[None]], [(number, 1.0)], torch.zeros(1, 4, 8, 8).double()) for one in image]
        total = total + torch.cat(alone) * (strength if several else 1.0)
    return total


def type_embedding(types, count=8):
    w = {key: value.double() for key, value in type_weights(count).items()}
    parts = []
    for number in range(count):
        frequencies = [math.exp(-math.log(10_000) * i / 128) for i in range(128)]
        bit = 1.0 if number in types else 0.0
        parts += [math.cos(bit * f) for f in frequencies] + [math.sin(bit * f) for f in frequencies]
    name = "control_add_embedding"
    h = F.linear(torch.tensor(parts).double(), w[f"{name}.linear_1.weight"], w[f"{name}.linear_1.bias"])
    return F.linear(F.silu(h), w[f"{name}.linear_2.weight"], w[f"{name}.linear_2.bias"])


def chosen(model, roles, mathematics):
    _, inside = divided([strength for _, strength in roles])
    return model.with_roles([Role(number, s) for (number, _), s in zip(roles, inside)], mathematics)


@pytest.mark.parametrize("name", UNIONS)
def test_every_published_shape_builds_and_loads_strictly(name):
    file = checkpoint(name)
    architecture, layout = detect(file, ALL)
    model = architecture.load(file, layout, Backend())
    assert (architecture, layout.name) == (CONTROLNET_UNION, "diffusers")
    assert sum(p.numel() for p in model.parameters()) == sum(t.numel() for t in file.tensors.values())
    assert model.base.name == "SDXL" and len(model.base.widths) == 9
    assert model.types == TYPES[: 8 if "promax" in name else 6]
    variant = describe(file, architecture, layout, model, pooled=False).splitlines()[2]
    assert variant.startswith("variant: ProMax, for openpose" if "promax" in name else "variant: Union, for openpose")


def test_the_original_layout_is_the_same_model():
    plain, other = union(), load(weights(SDXL) | type_weights())
    (hint,) = hints(1)
    for a, b in zip(*(m.residuals(step(), m.encode(hint), m.places.blocks).values() for m in (plain, other))):
        torch.testing.assert_close(a, b, **EXACT)


@pytest.mark.parametrize("key", ["spatial_ch_projs.bias", "transformer_layes.0.attn.in_proj_weight", "conv_in.weight"])
def test_a_file_without_one_of_its_weights_is_refused(key):
    tensors = diffusers(weights(SDXL)) | type_weights()
    del tensors[key]
    with pytest.raises(IncompatibleCheckpoint, match=key.split(".")[-1].replace("in_proj_", "in_proj.")):
        load(tensors)


def test_a_file_with_a_weight_too_many_is_refused():
    with pytest.raises(IncompatibleCheckpoint, match="surprise"):
        load(diffusers(weights(SDXL)) | type_weights() | {"surprise.weight": torch.zeros(1)})


@pytest.mark.parametrize("roles", [UNEQUAL[:1], UNEQUAL[:2], UNEQUAL], ids=["one", "two", "three"])
@pytest.mark.parametrize("mathematics", ["core", "reference"])
def test_features_are_those_of_the_formula(roles, mathematics):
    model, images = union(), hints(len(roles))
    expected = (
        image_by_image(model.controlnet, images, roles)
        if mathematics == "core"
        else authors(model.controlnet, images, roles, step().x)
    )
    torch.testing.assert_close(chosen(model, roles, mathematics).encode(*images), expected, rtol=0, atol=1e-12)


def test_the_token_of_the_latent_tells_nothing():
    model, images = union(), hints(2)
    one, two = (authors(model.controlnet, images, UNEQUAL[:2], scale * step().x) for scale in (1, 50))
    torch.testing.assert_close(one, two, rtol=0, atol=1e-12)


@pytest.mark.parametrize("roles", [(), UNEQUAL[:1], UNEQUAL], ids=["none", "one", "three"])
@pytest.mark.parametrize("count", [6, 8])
def test_residuals_are_those_of_a_controlnet_with_types_in_its_embedding(roles, count):
    roles = [(number % count, strength) for number, strength in roles]
    model = chosen(union(count), roles, "core") if roles else union(count)
    trunk = diffusers(weights(SDXL))
    trunk["time_embedding.linear_2.bias"] = trunk["time_embedding.linear_2.bias"].double() + type_embedding(
        [number for number, _ in roles], count
    )
    plain = load(trunk)
    encoded = model.encode(*hints(max(1, len(roles))))
    expected = plain.residuals(step(), encoded, plain.places.blocks)
    found = model.residuals(step(), encoded, plain.places.blocks)
    assert found.keys() == expected.keys()
    for place, residual in found.items():
        torch.testing.assert_close(residual, expected[place], **CLOSE)


def test_without_a_type_the_features_are_a_controlnets():
    (hint,) = hints(1)
    file = Checkpoint(weights(SDXL), "x")
    plain = CONTROLNET.load(file, detect(file, ALL)[1], Backend(), torch.float64)
    torch.testing.assert_close(union().encode(hint), plain.encode(hint), **EXACT)
    torch.testing.assert_close(union().typed([3]).typed([]).encode(hint), plain.encode(hint), **EXACT)


def test_images_of_a_batch_meet_in_the_reference_only():
    (pair,) = hints(1)
    for mathematics, alone in (("core", True), ("reference", False)):
        model = chosen(union(), UNEQUAL[:1], mathematics)
        together, apart = model.encode(pair), torch.cat([model.encode(image[None]) for image in pair])
        assert torch.allclose(together, apart, rtol=0, atol=1e-12) is alone


@pytest.mark.parametrize("roles", [UNEQUAL[:1], [(number, 1.0) for number, _ in UNEQUAL]], ids=["one", "three"])
def test_for_one_image_at_full_strength_both_mathematics_agree(roles):
    images = hints(len(roles), batch=1)
    model, doubled = union(), [image.expand(2, -1, -1, -1) for image in images]
    expected = chosen(model, roles, "core").encode(*images)
    torch.testing.assert_close(chosen(model, roles, "reference").encode(*images), expected, rtol=0, atol=1e-12)
    both = chosen(model, roles, "reference").encode(*doubled)
    torch.testing.assert_close(both, expected.expand_as(both), rtol=0, atol=1e-12)


def test_hints_of_one_image_join_hints_of_several():
    (pair,) = hints(1)
    one = pair[:1]
    model = union().typed([0, 4])
    expected = model.encode(pair, one.expand(2, -1, -1, -1))
    torch.testing.assert_close(model.encode(pair, one), expected, rtol=0, atol=1e-12)


def test_one_strength_is_the_residuals_and_several_are_the_hints():
    assert divided([0.4]) == (0.4, (1.0,))
    assert divided([0.4, 1.0]) == (1.0, (0.4, 1.0))


def test_roles_share_the_weights_and_leave_the_model_as_it_was():
    model = union()
    typed = model.with_roles([Role(2)])
    assert model.roles == () and typed.roles == (Role(2),)
    assert {id(p) for p in typed.parameters()} == {id(p) for p in model.parameters()}


@pytest.mark.parametrize("count, number, name", [(6, 6, "tile"), (6, 7, "repaint"), (8, 8, "number 8"), (8, -1, "-1")])
def test_types_that_the_file_lacks_are_named(count, number, name):
    with pytest.raises(WrongControl, match=f"no type .*{name}; it has openpose, depth.*segment"):
        union(count).typed([number])


def test_a_controlnet_without_types_takes_none():
    model = load(weights(SDXL))
    assert model.typed([]) is model
    with pytest.raises(WrongControl, match="no types"):
        model.typed([3])


@pytest.mark.parametrize("given, roles", [(1, 2), (2, 1), (2, 0)])
def test_hints_and_roles_must_be_as_many(given, roles):
    model = union().typed(range(roles))
    with pytest.raises(MissingInput, match=f"takes {max(1, roles)} here.*and has {given}"):
        model.encode(*hints(given))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_every_precision_runs(dtype):
    model = union(dtype=dtype).typed([3, 1])
    found = model.residuals(
        step(dtype=dtype), model.encode(*hints(2, dtype=torch.float32).to(dtype)), model.places.blocks
    )
    assert all(residual.dtype == dtype and residual.isfinite().all() for residual in found.values())
