"""ControlNet Union inside ComfyUI's sampler: equal to core for one type, and several types where core has none."""

from itertools import pairwise

import comfy.cldm.cldm
import comfy.controlnet
import comfy.ldm.flux.controlnet
import comfy.ops
import nodes as comfy_nodes
import pytest
import torch
from comfy_extras.nodes_controlnet import SetUnionControlNetType
from safetensors.torch import save_file

from armature.control.architecture import detect
from armature.control.architectures.controlnet_union import CONTROLNET_UNION, TYPES
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.mask import effect_mask
from armature.control.options import Options
from armature.control.schedule import Keyframes, Schedule, parse_keyframes
from armature.control.unit import Manner
from armature.control.weights import LayerWeights
from armature.errors import MissingInput, WrongControl
from armature.host.applying import Application, apply, apply_control
from armature.host.loading import comfy_attention, hosted, inspect_control, load_control
from armature.host.union import FLUX_TYPES, Row, type_names, types_of, united, with_type

from . import tiny
from .test_loading import folder  # noqa: F401
from .test_sampling import EXACT, conditionings, ours, sample

EVERYWHERE = (0.0, 1.0)
CLOSE = {"rtol": 0, "atol": 5e-4}  # of images whose deviation is 80: the same sums in another order, in fp32
FAMILY = tiny.Family(
    "Union",
    {
        **tiny.SDXL.unet,
        "model_channels": 320,  # core's Union has no other width
        "num_res_blocks": [1, 1],
        "channel_mult": (1, 1),
        "transformer_depth": [0, 1],
        "transformer_depth_output": [0, 0, 1, 1],
        "transformer_depth_middle": 1,
        "num_head_channels": 64,
    },
    tiny.SDXL.base,
    {},
)


def core_network(count=8, seed=1):
    network = comfy.cldm.cldm.ControlNet(
        hint_channels=3,
        operations=comfy.ops.disable_weight_init,
        dtype=torch.float32,
        union_controlnet_num_control_type=count,
        **FAMILY.unet,
    )
    tiny.randomise(network, seed)
    return network.eval()


def our_control(network):
    file = Checkpoint({key: value.clone() for key, value in network.state_dict().items()})
    layout = detect(file, [CONTROLNET_UNION])[1]
    backend = Backend(comfy.ops.disable_weight_init, comfy_attention)
    return hosted(CONTROLNET_UNION.load(file, layout, backend), torch.float32)


@pytest.fixture(scope="module")
def base():
    return tiny.base_model(FAMILY)


@pytest.fixture(scope="module")
def network():
    return core_network()


@pytest.fixture(scope="module")
def control(network):
    return our_control(network)


def image(seed=0, frames=1):
    return torch.rand(frames, 70, 50, 3, generator=torch.Generator().manual_seed(seed))


def rows(*types_and_strengths, frames=1):
    return [Row(image(n, frames), type_, strength) for n, (type_, strength) in enumerate(types_and_strengths)]


def run(base, control, hint, strength=0.8, **options):
    return sample(base, *apply_control(*conditionings(FAMILY), control, hint, strength, EVERYWHERE), **options)


def apply_union(positive, negative, control, given, strength, percents, mathematics, inpaint_mask=None, **how):
    several, first, own = united(control, given, mathematics, inpaint_mask)
    return apply(positive, negative, Application(several, first, strength * own, percents, **how))


def run_rows(base, control, given, strength=1.0, mathematics="core", **options):
    both = apply_union(*conditionings(FAMILY), control, given, strength, EVERYWHERE, mathematics)
    return sample(base, *both, **options)


@pytest.mark.parametrize("name", ["auto", *TYPES])
def test_every_type_equals_core_bit_for_bit(base, network, control, name):
    def cores_node(any_control):
        return SetUnionControlNetType.execute(any_control, name)[0]

    expected = run(base, cores_node(tiny.core_control(network)), image(), steps=1)
    for typed in (cores_node(control), with_type(control, name)):
        torch.testing.assert_close(run(base, typed, image(), steps=1), expected, **EXACT)


def test_untouched_it_is_auto_and_types_differ(base, network, control):
    plain = run(base, control, image())
    torch.testing.assert_close(plain, run(base, tiny.core_control(network), image()), **EXACT)
    depth, tile = (run(base, with_type(control, name), image()) for name in ("depth", "tile"))
    assert not any(torch.allclose(a, b, **CLOSE) for a, b in ((plain, depth), (plain, tile), (depth, tile)))


@pytest.mark.parametrize("size, frames, hints", [((9, 7), 1, 1), ((8, 8), 3, 1), ((8, 8), 3, 3), ((8, 8), 3, 2)])
def test_batches_and_sizes_equal_core(base, network, control, size, frames, hints):
    mine, theirs = (SetUnionControlNetType.execute(c, "depth")[0] for c in (control, tiny.core_control(network)))
    a, b = (run(base, c, image(0, hints), size=size, frames=frames) for c in (mine, theirs))
    torch.testing.assert_close(a, b, **EXACT)


@pytest.mark.parametrize("count", [6, 8])
def test_core_apply_takes_ours_with_a_type(base, count):
    network = core_network(count)
    mine, theirs = (
        comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(
            *conditionings(FAMILY), SetUnionControlNetType.execute(c, "segment")[0], image(), 0.6, 0.1, 0.9
        )
        for c in (our_control(network), tiny.core_control(network))
    )
    torch.testing.assert_close(sample(base, *mine), sample(base, *theirs), **EXACT)


@pytest.mark.parametrize("row_strength, strength", [(1.0, 0.8), (0.4, 2.0)])
@pytest.mark.parametrize("mathematics", ["core", "reference"])
def test_one_row_is_one_type_at_both_strengths(base, control, row_strength, strength, mathematics):
    one = run_rows(base, control, rows(("depth", row_strength)), strength, mathematics)
    expected = run(base, with_type(control, "depth"), image(), row_strength * strength)
    torch.testing.assert_close(one, expected, **(EXACT if mathematics == "core" else CLOSE))


def test_several_types_run_where_core_fails(base, network, control):
    core = tiny.core_control(network)
    core.set_extra_arg("control_type", [1, 3])
    with pytest.raises(IndexError):
        run(base, core, image())
    given = rows(("depth", 1.0), (TYPES[3], 0.5), ("tile", 1.3))
    results = [run_rows(base, control, given[:n]) for n in (1, 2, 3)]
    assert all(result.isfinite().all() for result in results)
    assert all(not torch.allclose(a, b, **CLOSE) for a, b in pairwise(results))
    torch.testing.assert_close(run_rows(base, control, given), results[2], **EXACT)


def test_the_order_of_rows_does_not_matter(base, control):
    given = rows(("depth", 1.0), (TYPES[3], 0.5))
    a, b = run_rows(base, control, given), run_rows(base, control, given[::-1])
    torch.testing.assert_close(a, b, **CLOSE)


def test_several_types_are_one_evaluation_and_each_hint_is_encoded_once(control):
    encodings, batches = [], []
    network = control.model.controlnet
    handles = [
        network.input_hint_block.register_forward_pre_hook(lambda module, given: encodings.append(given[0].shape)),
        network.middle_block.register_forward_pre_hook(lambda module, given: batches.append(given[0].shape[0])),
    ]
    run_rows(tiny.base_model(FAMILY), control, rows(("depth", 1.0), ("tile", 0.5)), steps=4)
    for handle in handles:
        handle.remove()
    assert len(encodings) == 2 and batches == [2] * 4


def test_a_row_of_strength_zero_is_not_there(base, control):
    given = rows(("depth", 1.0), ("tile", 0.0), (TYPES[3], 0.5))
    torch.testing.assert_close(run_rows(base, control, given), run_rows(base, control, [given[0], given[2]]), **EXACT)


@pytest.mark.parametrize("strengths, strength", [((0.0, 0.0), 1.0), ((1.0, 1.0), 0.0)])
def test_nothing_of_any_strength_leaves_the_prompts_as_they_are(control, strengths, strength):
    positive, negative = conditionings(FAMILY)
    given = rows(("depth", strengths[0]), ("tile", strengths[1]))
    assert apply_union(positive, negative, control, given, strength, EVERYWHERE, "core") == (positive, negative)


@pytest.mark.parametrize("mathematics", ["core", "reference"])
def test_images_of_a_batch_meet_in_the_reference_only(base, control, mathematics):
    given = rows(("depth", 1.0), ("tile", 0.7), frames=2)
    first = [Row(row.image[:1], row.type, row.strength) for row in given]
    together = run_rows(base, control, given, mathematics=mathematics, frames=2)[:1]
    apart = run_rows(base, control, first, mathematics=mathematics, frames=2)[:1]
    assert torch.allclose(together, apart, **CLOSE) is (mathematics == "core")


def test_both_prompts_in_one_batch_are_as_each_alone(base, control):
    """The reference's attention over the batch sees each image as often with one prompt as with two."""
    positive, negative = conditionings(FAMILY)
    given = rows(("depth", 1.0), ("tile", 0.7), frames=2)
    shared = apply_union(positive, negative, control, given, 1.0, EVERYWHERE, "reference")
    apart = [apply_union(p, None, control, given, 1.0, EVERYWHERE, "reference")[0] for p in (positive, negative)]
    a, b = (sample(base, *both, frames=2) for both in (shared, apart))
    torch.testing.assert_close(a, b, **CLOSE)


def test_cores_union_keeps_its_type_in_our_manner(base, network, control):
    left = torch.zeros(1, 8, 8)
    left[..., :4] = 1.0
    manner = Manner(mask=effect_mask(left), weights=LayerWeights(values=(1.0, 0.5, 0.25, 0.5, 1.0)))

    def run_in(given):
        return sample(base, *apply(*conditionings(FAMILY), Application(given, image(), 0.8, manner=manner)))

    typed = SetUnionControlNetType.execute(tiny.core_control(network), "depth")[0]
    torch.testing.assert_close(run_in(typed), run_in(with_type(control, "depth")), **CLOSE)
    assert not torch.allclose(run_in(typed), run_in(tiny.core_control(network)), **CLOSE)


def test_one_file_with_two_types_in_one_chain(base, network, control):
    def chained(make):
        both = apply_control(*conditionings(FAMILY), make("depth"), image(0), 0.6, EVERYWHERE)
        return sample(base, *apply_control(*both, make("tile"), image(1), 0.9, EVERYWHERE))

    mine = chained(lambda name: with_type(control, name))
    core = chained(lambda name: SetUnionControlNetType.execute(tiny.core_control(network), name)[0])
    torch.testing.assert_close(mine, core, **EXACT)


def test_it_adds_up_with_others_in_a_chain(base, network, control):
    other, given = ours(FAMILY, plain_network()), rows(("depth", 1.0), ("tile", 0.5))

    def chained(union_first):
        both = conditionings(FAMILY)
        for turn in (union_first, not union_first):
            if turn:
                both = apply_union(*both, control, given, 1.0, EVERYWHERE, "core")
            else:
                both = apply_control(*both, other, image(3), 0.5, EVERYWHERE)
        return sample(base, *both)

    torch.testing.assert_close(chained(True), chained(False), **EXACT)
    assert not torch.allclose(chained(True), run_rows(base, control, given))


def plain_network():
    return tiny.core_network(FAMILY, seed=2)


def test_nothing_is_left_behind(base, control):
    plain = sample(base, *conditionings(FAMILY))
    untyped = run(base, control, image())
    run_rows(base, control, rows(("depth", 1.0), ("tile", 0.5)))
    torch.testing.assert_close(sample(base, *conditionings(FAMILY)), plain, **EXACT)
    torch.testing.assert_close(run(base, control, image()), untyped, **EXACT)
    assert control.model.roles == () and control.further_hints == ()


def test_copies_and_clones_carry_types_and_hints(base, control):
    given = rows(("depth", 1.0), ("tile", 0.5))
    positive, _ = apply_union(*conditionings(FAMILY), control, given, 1.0, EVERYWHERE, "reference")
    applied = positive[0][1]["control"]
    clone = applied.deepclone_multigpu(tiny.CPU)
    for other in (applied.copy(), clone):
        assert other.model.roles == applied.model.roles and other.model.mathematics == "reference"
        assert [h.shape for h in other.further_hints] == [h.shape for h in applied.further_hints]
    assert (
        clone.model.controlnet is not applied.model.controlnet and applied.model.controlnet is control.model.controlnet
    )
    clone.set_previous_controlnet(None)
    entries = [[[entry[0], {**entry[1], "control": clone}] for entry in side] for side in conditionings(FAMILY)]
    torch.testing.assert_close(sample(base, *entries), run_rows(base, control, given, mathematics="reference"), **EXACT)


def test_all_copies_are_one_model_to_comfyui(control):
    assert with_type(control, "depth").get_models() == control.get_models()


def test_a_type_that_the_file_lacks_is_refused_by_both_nodes():
    small = our_control(core_network(6))
    with pytest.raises(WrongControl, match=r"no type tile\. It has openpose, depth.*segment"):
        with_type(small, "tile")
    with pytest.raises(WrongControl, match=r"no type tile; it has openpose, depth.*segment"):
        SetUnionControlNetType.execute(small, "tile")
    with pytest.raises(WrongControl, match="no type repaint"):
        apply_union(*conditionings(FAMILY), small, rows(("repaint", 1.0)), 1.0, EVERYWHERE, "core")


def test_apply_union_tells_what_it_needs(network, control):
    apply = (*conditionings(FAMILY),)
    with pytest.raises(MissingInput, match="no image"):
        apply_union(*apply, control, [], 1.0, EVERYWHERE, "core")
    for other in (tiny.core_control(network), ours(FAMILY, plain_network())):
        with pytest.raises(WrongControl, match="needs a ControlNet Union"):
            apply_union(*apply, other, rows(("depth", 1.0)), 1.0, EVERYWHERE, "core")


def test_it_is_applied_in_the_manner_of_any_control(base, control):
    given, left = rows(("depth", 1.0), ("tile", 0.5)), torch.zeros(1, 8, 8)
    left[..., :4] = 1.0
    plain, whole = sample(base, *conditionings(FAMILY)), run_rows(base, control, given)

    def run_in(manner):
        return sample(
            base, *apply_union(*conditionings(FAMILY), control, given, 1.0, EVERYWHERE, "core", manner=manner)
        )

    everywhere, nowhere, half = (Manner(mask=effect_mask(mask)) for mask in (torch.ones(1, 8, 8), 0 * left, left))
    torch.testing.assert_close(run_in(everywhere), whole, **EXACT)
    torch.testing.assert_close(run_in(nowhere), plain, **EXACT)
    torch.testing.assert_close(run_in(Manner(weights=LayerWeights(values=(0.0,) * 5))), plain, **EXACT)
    torch.testing.assert_close(run_in(Manner(Schedule(course=Keyframes(parse_keyframes("0:0"))))), plain, **EXACT)
    for manner in (half, Manner(options=Options(uncond=0.0))):
        assert not any(torch.allclose(run_in(manner), other, **CLOSE) for other in (plain, whole))


def test_the_hole_is_cut_into_images_of_type_repaint_alone(control):
    given, mask = rows(("repaint", 1.0), ("depth", 1.0)), torch.zeros(1, 70, 50)
    mask[:, 20:40, 10:30] = 1.0
    several, first, _ = united(control, given, "core", mask)
    assert (first[:, 20:40, 10:30] == 0).all()
    assert torch.equal(first[:, 40:], given[0].image[:, 40:])
    assert torch.equal(several.further_hints[0], given[1].image.movedim(-1, 1))
    with pytest.raises(MissingInput, match="no image is of type repaint"):
        united(control, given[1:], "core", mask)


def test_a_control_without_types_takes_auto_only(base):
    plain = ours(FAMILY, plain_network())
    torch.testing.assert_close(run(base, with_type(plain, "auto"), image()), run(base, plain, image()), **EXACT)
    for control in (plain, tiny.core_control(plain_network())):
        with pytest.raises(WrongControl, match=r"no type depth\. It has none"):
            with_type(control, "depth")


def flux_control(modes):
    network = comfy.ldm.flux.controlnet.ControlNetFlux(
        latent_input=True,
        num_union_modes=modes,
        image_model="flux",
        in_channels=4,
        out_channels=4,
        patch_size=2,
        vec_in_dim=8,
        context_in_dim=8,
        hidden_size=16,
        mlp_ratio=2.0,
        num_heads=1,
        depth=1,
        depth_single_blocks=0,
        axes_dim=[4, 6, 6],
        theta=10_000,
        qkv_bias=True,
        txt_ids_dims=[],
        guidance_embed=False,
        operations=comfy.ops.disable_weight_init,
        dtype=torch.float32,
    )
    return comfy.controlnet.ControlNet(network, load_device=tiny.CPU)


def test_cores_controls_get_the_number_that_their_file_means(network):
    core, flux = tiny.core_control(network), flux_control(7)
    assert types_of(core) == TYPES and types_of(flux) == FLUX_TYPES and types_of(flux_control(0)) == ()
    assert [with_type(c, "depth").extra_args["control_type"] for c in (core, flux)] == [[1], [2]]
    assert [with_type(c, "tile").extra_args["control_type"] for c in (core, flux)] == [[6], [1]]
    assert with_type(flux, "auto").extra_args["control_type"] == []
    assert "control_type" not in flux.extra_args
    with pytest.raises(WrongControl, match=r"no type openpose\. It has canny, tile, depth"):
        with_type(flux, "openpose")


def test_every_type_of_every_family_is_offered_once():
    names = type_names()
    assert names[0] == "auto" and set(names[1:]) == {*TYPES, *FLUX_TYPES} and len(names) == len(set(names))


def test_a_file_loads_and_is_described(folder, base, network, control):  # noqa: F811
    save_file(network.state_dict(), folder / "union.safetensors")
    loaded = run(base, with_type(load_control("union.safetensors"), "tile"), image())
    torch.testing.assert_close(loaded, run(base, with_type(control, "tile"), image()), **CLOSE)  # mapped otherwise
    lines = inspect_control("union.safetensors").splitlines()
    assert lines[1:3] == ["family: ControlNet Union", f"variant: ProMax, for {', '.join(TYPES)}"]
