import pytest
import torch
import torch.nn.functional as F
from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.lllite import LLLITE
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.scale import Scale
from armature.control.step import Step
from armature.control.unet_shape import FAMILIES, UNKNOWN, UNetShape
from armature.errors import ArmatureError, IncompatibleCheckpoint, UnknownArchitecture

from ...host.tiny import SD1, SDXL, randomise
from ..manifests import checkpoint

ALL = discovery.declared(architectures, Architecture).values()
KERNELS = {1: (4, 2), 2: (4, 4), 3: (4, 4, 2)}  # of the published conditioning stacks, by depth
EMBEDDED, NARROW = 8, 6
STEP = Step(torch.zeros(1, 4, 8, 8), torch.zeros(1), torch.zeros(1, 5, 8), 1.0, float)
SELF = [f"lllite_unet_input_blocks_4_1_transformer_blocks_1_attn1_to_{p}" for p in "qkv"]
CROSS = "lllite_unet_input_blocks_4_1_transformer_blocks_1_attn2_to_q"


def weights(widths, depths, seed=0):
    """Of the modules named in `widths`, with a conditioning stack of depth `depths[name]` each."""
    tensors, generator = {}, torch.Generator().manual_seed(seed)

    def layer(name, *sizes):
        tensors[f"{name}.weight"] = torch.randn(sizes, generator=generator) * 0.3
        tensors[f"{name}.bias"] = torch.randn(sizes[:1], generator=generator) * 0.3

    for name, width in widths.items():
        channels = (3, *[EMBEDDED // 2] * (len(KERNELS[depths[name]]) - 1), EMBEDDED)
        for i, kernel in enumerate(KERNELS[depths[name]]):
            layer(f"{name}.conditioning1.{2 * i}", channels[i + 1], channels[i], kernel, kernel)
        layer(f"{name}.down.0", NARROW, width)
        layer(f"{name}.mid.0", NARROW, EMBEDDED + NARROW)
        layer(f"{name}.up.0", width, NARROW)
    return tensors


def same(names, width=12, depth=2):
    return weights(dict.fromkeys(names, width), dict.fromkeys(names, depth))


def load(tensors, **options):
    file = Checkpoint(tensors, "x.safetensors")
    architecture, layout = detect(file, ALL)
    return architecture.load(file, layout, Backend(), **options)


def features(tensors, name, hint):
    """Of a hint in [-1, 1]: (B, EMBEDDED, H, W)."""
    i = 0
    while f"{name}.conditioning1.{i}.weight" in tensors:
        kernel = tensors[f"{name}.conditioning1.{i}.weight"]
        hint = hint.relu() if i else hint
        hint, i = F.conv2d(hint, kernel, tensors[f"{name}.conditioning1.{i}.bias"], stride=kernel.shape[-1]), i + 2
    return hint


def changed(tensors, name, x, cx, strength=1.0):
    """The formula: n + s * Up(ReLU(Mid[cx; ReLU(Down n)])), with cx (B, H * W, EMBEDDED)."""

    def linear(layer, value):
        return F.linear(value, tensors[f"{name}.{layer}.0.weight"], tensors[f"{name}.{layer}.0.bias"])

    cx = cx if len(cx) == len(x) else cx.repeat(len(x), 1, 1)
    return x + strength * linear("up", linear("mid", torch.cat([cx, linear("down", x).relu()], dim=2)).relu())


def rows(cx):
    return cx.flatten(2).movedim(1, 2)


def options(height, width, batch=2, block=("input", 4), index=1):
    return {"block": block, "block_index": index, "activations_shape": [batch, 12, height, width]}


def run(model, point, given, where, strength=1.0, hint=None, encoded=None):
    with torch.no_grad():
        (patch,) = model.patches(STEP, model.encode(hint) if encoded is None else encoded, Scale(strength))[point]
        return patch(*given, where)


def rand(*sizes, seed=1):
    return torch.rand(sizes, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("depth, pixels", [(1, 8), (2, 16), (3, 32)])
@pytest.mark.parametrize("hints", [1, 2])
def test_the_patch_is_the_formula_at_every_depth(depth, pixels, hints):
    tensors = same([*SELF, CROSS], depth=depth)
    model, hint, given = (
        load(tensors),
        rand(hints, 3, 4 * pixels, 3 * pixels),
        [rand(2, 12, 12, seed=s) for s in (2, 3, 4)],
    )
    found = run(model, "attn1_patch", given, options(4, 3), 0.7, hint)
    for name, before, after in zip(SELF, given, found):
        expected = changed(tensors, name, before, rows(features(tensors, name, 2 * hint - 1)), 0.7)
        torch.testing.assert_close(after, expected, rtol=1e-6, atol=1e-6)
        assert not torch.allclose(before, after, atol=1e-2)


def test_cross_attention_changes_its_queries_only():
    tensors = same([*SELF, CROSS])
    hint, n, text = rand(1, 3, 64, 48), rand(2, 12, 12), rand(2, 5, 20)
    q, k, v = run(load(tensors), "attn2_patch", (n, text, text), options(4, 3), hint=hint)
    expected = changed(tensors, CROSS, n, rows(features(tensors, CROSS, 2 * hint - 1)))
    torch.testing.assert_close(q, expected, rtol=1e-6, atol=1e-6)
    assert k is text and v is text


@pytest.mark.parametrize("where", [{"block": ("input", 5)}, {"block": ("output", 4)}, {"index": 0}])
def test_other_places_are_left_alone(where):
    n = rand(2, 12, 12)
    found = run(load(same(SELF)), "attn1_patch", (n, n, n), options(4, 3, **where), hint=rand(1, 3, 64, 48))
    assert all(tokens is n for tokens in found)


def test_strength_zero_changes_no_bit():
    given = [rand(2, 12, 12, seed=s) for s in (2, 3, 4)]
    found = run(load(same(SELF)), "attn1_patch", given, options(4, 3), 0.0, rand(1, 3, 64, 48))
    assert all(torch.equal(before, after) for before, after in zip(given, found))


def test_nothing_given_is_changed_in_place():
    model, n, hint = load(same(SELF)), rand(2, 12, 12), rand(1, 3, 64, 48)
    encoded = model.encode(hint)
    kept = {name: cx.clone() for name, cx in encoded.items()}
    run(model, "attn1_patch", (n, n, n), options(4, 3), encoded=encoded)
    assert torch.equal(n, rand(2, 12, 12)) and torch.equal(hint, rand(1, 3, 64, 48))
    assert all(torch.equal(kept[name], cx) for name, cx in encoded.items())


def test_a_hint_in_0_1_enters_as_minus_1_to_1():
    tensors = same([CROSS])
    encoded = load(tensors).encode(torch.cat([torch.zeros(1, 3, 16, 16), torch.ones(1, 3, 16, 16)]))[CROSS]
    ends = torch.cat([-torch.ones(1, 3, 16, 16), torch.ones(1, 3, 16, 16)])
    torch.testing.assert_close(encoded, features(tensors, CROSS, ends), rtol=1e-6, atol=1e-6)


def test_two_hints_used_in_turn_do_not_mix():
    model, n = load(same(SELF)), rand(2, 12, 12)
    a, b = (model.encode(rand(1, 3, 64, 48, seed=seed)) for seed in (1, 2))
    points = [model.patches(STEP, encoded, Scale(1.0))["attn1_patch"][0] for encoded in (a, b)]
    first, second, again = (points[i](n, n, n, options(4, 3))[0] for i in (0, 1, 0))
    alone = run(load(same(SELF)), "attn1_patch", (n, n, n), options(4, 3), hint=rand(1, 3, 64, 48, seed=2))[0]
    assert torch.equal(first, again) and torch.equal(second, alone) and not torch.allclose(first, second, atol=1e-3)


@pytest.mark.parametrize("height, width", [(9, 7), (5, 6), (8, 11), (1, 1)])
@pytest.mark.parametrize("depth, halvings", [(1, 0), (2, 1), (3, 2)])
def test_odd_sizes_have_the_unets_own_grid(height, width, depth, halvings):
    model = load(same([CROSS], depth=depth))
    grid = [height, width]
    for _ in range(halvings):
        grid = [(side + 1) // 2 for side in grid]
    whole = model.encode(rand(1, 3, 8 * height, 8 * width))[CROSS]
    assert list(whole.shape[-2:]) == grid
    edge = [8 * (side - 1) // (8 << halvings) for side in (height, width)]
    if all(edge):  # padding touches nothing that the hint covers
        cropped = model.encode(rand(1, 3, 8 * height, 8 * width)[..., :-8, :-8])[CROSS]
        inside = (..., slice(edge[0]), slice(edge[1]))
        torch.testing.assert_close(whole[inside], cropped[inside], rtol=1e-5, atol=1e-5)


def test_features_of_another_size_are_interpolated_to_the_tokens():
    tensors = same([CROSS])
    hint, n = rand(1, 3, 64, 48), rand(2, 35, 12)
    found = run(load(tensors), "attn2_patch", (n, n, n), options(7, 5), hint=hint)[0]
    cx = F.interpolate(features(tensors, CROSS, 2 * hint - 1), (7, 5), mode="bilinear")
    torch.testing.assert_close(found, changed(tensors, CROSS, n, rows(cx)), rtol=1e-6, atol=1e-6)


def test_tokens_that_are_no_grid_are_refused():
    n = rand(2, 10, 12)
    with pytest.raises(ArmatureError, match="10 tokens where the latent has 4 x 3"):
        run(load(same(SELF)), "attn1_patch", (n, n, n), options(4, 3), hint=rand(1, 3, 64, 48))


@pytest.mark.parametrize("ours", [torch.float16, torch.bfloat16])
def test_a_base_of_another_precision_keeps_it(ours):
    n = rand(2, 12, 12)
    model, hint = load(same(SELF), dtype=ours), rand(1, 3, 72, 40).to(ours)
    found = run(model, "attn1_patch", (n, n, n), options(4, 3), hint=hint)[0]
    expected = run(load(same(SELF)), "attn1_patch", (n, n, n), options(4, 3), hint=hint.float())[0]
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, rtol=0.05, atol=0.05)


def unet(family):
    made = UNetModel(**family.unet, out_channels=4, dtype=torch.float32)
    randomise(made, 0)
    return made.eval()


def projections(network):
    """{LLLite's name: (attention, which Linear of it, its width)} of all that an LLLite may change."""
    found = {}
    for path, module in network.named_modules():
        if path.endswith(("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn2.to_q")):
            parent, _, projection = path.rpartition(".")
            name = "lllite_unet_" + path.replace(".", "_")
            found[name] = network.get_submodule(parent), projection, module.in_features
    return found


class ByHand(torch.nn.Module):
    """A Linear whose input is changed by the formula."""

    def __init__(self, linear, change):
        super().__init__()
        self.linear, self.change = linear, change

    def forward(self, x):
        return self.linear(self.change(x))


def padded(hint, pixels):
    height, width = ((torch.arange(-(-side // pixels) * pixels)).clamp(max=side - 1) for side in hint.shape[-2:])
    return hint[:, :, height][:, :, :, width]


@pytest.mark.parametrize(
    "family, size, hints", [(SDXL, (8, 8), 2), (SDXL, (9, 6), 1), (SD1, (8, 8), 1)], ids=["SDXL", "odd size", "SD1"]
)
def test_comfyuis_unet_patched_is_the_unet_with_its_projections_changed_by_hand(family, size, hints):
    base = unet(family)
    sites = projections(base)
    depths = {name: {32: 1, 64: 2, 128: 3}[width] for name, (_, _, width) in sites.items()}
    tensors = weights({name: width for name, (_, _, width) in sites.items()}, depths)
    model, hint = load(tensors), rand(hints, 3, 8 * size[0], 8 * size[1])
    y = family.unet["adm_in_channels"]
    given = {
        "x": rand(2, 4, *size, seed=3),
        "timesteps": torch.tensor([10.0, 961.0]),
        "context": rand(2, 7, family.unet["context_dim"], seed=4),
        "y": y and rand(2, y, seed=5),
    }

    def by_hand(name):
        cx = features(tensors, name, padded(2 * hint - 1, 4 << depths[name]))
        if family is SD1 and "middle" in name:  # of SD1's two levels of this width the deeper one
            cx = F.interpolate(cx, (1, 1), mode="bilinear")
        return lambda x: changed(tensors, name, x, rows(cx), 0.8)

    with torch.no_grad():
        plain = base(**given, transformer_options={})
        found, unchanged = (
            base(**given, transformer_options={"patches": model.patches(STEP, model.encode(hint), Scale(strength))})
            for strength in (0.8, 0.0)
        )
        for name, (attention, projection, _) in sites.items():
            setattr(attention, projection, ByHand(getattr(attention, projection), by_hand(name)))
        expected = base(**given, transformer_options={})
    assert torch.equal(unchanged, plain)
    assert (found - expected).abs().max() <= 1e-6 * expected.abs().max()
    assert (found - plain).abs().max() > 0.01 * plain.abs().max()


def test_the_published_shape_builds_and_loads_strictly():
    file = checkpoint("controlnet_lllite_sdxl")
    architecture, layout = detect(file, ALL)
    model = architecture.load(file, layout, Backend())
    assert architecture is LLLITE
    assert sum(p.numel() for p in model.parameters()) == 22_969_600
    assert len(list(model.children())) == 136
    assert model.base == FAMILIES["SDXL"]
    encoded = model.encode(torch.empty(1, 3, 1024, 768, device="meta"))
    assert {tuple(cx.shape) for cx in encoded.values()} == {(1, 32, 64, 48), (1, 32, 32, 24)}


def test_the_base_is_read_from_the_widths():
    xl, sd1 = ({name: site[2] for name, site in projections(unet(family)).items()} for family in (SDXL, SD1))
    tiny = UNetShape((32, 32, 32, 32, 64, 64, 64, 128, 128), UNKNOWN, UNKNOWN)
    assert load(weights(xl, dict.fromkeys(xl, 2))).base == tiny
    only_output = {name: width for name, width in xl.items() if "output" in name}
    assert load(weights(only_output, dict.fromkeys(xl, 2))).base == tiny
    four_levels = (32, 32, 32, 32, 64, 64, 64, 128, 128, 128, 128, 128)
    assert load(weights(sd1, dict.fromkeys(sd1, 2))).base.widths == four_levels
    wide = {name: 10 * width for name, width in sd1.items()}
    assert "Stable Diffusion 1.x" in load(weights(wide, dict.fromkeys(sd1, 2))).base.name


def test_levels_of_any_width_are_read():
    blocks = {"input_blocks_1": 32, "input_blocks_4": 64, "input_blocks_7": 64, "middle_block": 64}
    widths = {f"lllite_unet_{block}_1_transformer_blocks_0_attn2_to_q": width for block, width in blocks.items()}
    assert load(weights(widths, dict.fromkeys(widths, 2))).base.widths == (32,) * 4 + (64,) * 8


@pytest.mark.parametrize("lost", ["conditioning1.0.bias", "conditioning1.2.weight", "down.0.weight", "mid.0.weight"])
def test_a_missing_weight_is_told(lost):
    tensors = same(SELF)
    del tensors[f"{SELF[1]}.{lost}"]
    with pytest.raises(IncompatibleCheckpoint, match=r"(Is the file complete|expected)"):
        load(tensors)


@pytest.mark.parametrize("key", ["surprise", f"{CROSS}.surprise.weight", f"{CROSS}.conditioning1.2.scale"])
def test_an_unknown_key_is_refused(key):
    with pytest.raises(IncompatibleCheckpoint, match="unknown"):
        load({**same([CROSS]), key: torch.zeros(1)})


@pytest.mark.parametrize(
    "name",
    [
        "lllite_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k",
        "lllite_unet_input_blocks_4_1_transformer_blocks_0_ff_net_2",
        "lllite_unet_input_blocks_4_0_in_layers_2",
        "lllite_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q",
    ],
)
def test_what_attention_patches_cannot_reach_is_refused(name):
    with pytest.raises(IncompatibleCheckpoint, match=rf"changes {name}\."):
        load({**same([CROSS]), **same([name])})


def test_convolutions_are_refused():
    tensors = same([CROSS])
    tensors |= {key: t[..., None, None] for key, t in tensors.items() if t.dim() == 2}
    with pytest.raises(IncompatibleCheckpoint, match="linear"):
        load(tensors)


def test_lllites_of_transformers_are_not_ours():
    with pytest.raises(UnknownArchitecture):
        load({"lllite_dit_blocks_0_self_attn_q_proj.down.0.weight": torch.zeros(1)})
