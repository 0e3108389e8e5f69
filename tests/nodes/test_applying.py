"""The Apply nodes and what is connected to them: what they offer, and what they hand on."""

import nodes as comfy_nodes
import pytest
import torch
from comfy_api.input import CurveInput

from armature.control.held_keyframes import HeldKeyframes
from armature.control.hint import Fit
from armature.control.options import Options
from armature.control.schedule import Keyframe, Schedule
from armature.control.weights import SOFT_BASE, LayerWeights
from armature.errors import InvalidValue
from armature.host.loading import load_control
from armature.host.practice import load_practice_model
from armature.host.readout import Panel
from armature.nodes import node_classes
from armature.nodes.applying import chosen

EXACT = {"rtol": 0, "atol": 0}
NODES = {cls.GET_SCHEMA().node_id: cls for cls in node_classes()}
IMAGE = torch.rand(1, 64, 64, 3)


def defaults(node_id):
    """The widgets of a node as it comes."""
    inputs = NODES[node_id].GET_SCHEMA().inputs
    return {i.id: i.default for i in inputs if getattr(i, "default", None) is not None}


def execute(node_id, *positional, **changed):
    found = NODES[node_id].execute(*positional, **defaults(node_id) | changed)
    return tuple(found.args) if node_id.startswith("ArmatureApply") else found[0]


@pytest.fixture(scope="module")
def base():
    return load_practice_model()


@pytest.fixture(scope="module")
def control():
    return load_control("practice_canny.safetensors")


@pytest.fixture(scope="module")
def both(base):
    _, clip, _ = base
    return [clip.encode_from_tokens_scheduled(clip.tokenize(text)) for text in ("a large red circle", "")]


def sample(base, positive, negative):
    latent = {"samples": torch.zeros(1, 8, 8, 8)}
    return comfy_nodes.common_ksampler(base[0], 3, 2, 3.0, "euler", "normal", positive, negative, latent)[0]["samples"]


def applied(conditionings):
    """The controls of a conditioning, the last applied first."""
    found, control = [], conditionings[0][1].get("control")
    while control is not None:
        found.append(control)
        control = control.previous_controlnet
    return found


def test_inputs_are_for_ever():
    expected = {
        "ArmatureApplyControl": "positive control_net image strength start_percent end_percent negative "
        "weights schedule mask options inpaint_mask vae latent_strengths batch every_prompt areas",
        "ArmatureApplyControlStack": "positive strength start_percent end_percent negative weights schedule mask "
        "options vae " + " ".join(f"control_net_{n} image_{n} strength_{n} enabled_{n}" for n in range(1, 7)),
        "ArmatureBlockWeights": "preset base values uncond_multiplier middle_multiplier",
        "ArmatureBlockSliders": " ".join(f"output_{n}" for n in range(12)) + " middle_0 uncond_multiplier",
        "ArmatureAdapterSliders": "input_0 input_1 input_2 input_3 uncond_multiplier middle_multiplier",
        "ArmatureFluxSliders": " ".join(f"input_{n}" for n in range(19)) + " uncond_multiplier middle_multiplier",
        "ArmatureMaskedSoftWeights": "mask lowest highest uncond_multiplier",
        "ArmatureKeyframeRamp": "start end first last interpolation keyframes weights mask previous images "
        "other_images inherit",
        "ArmatureKeyframesFromList": "strengths start end weights mask previous images other_images inherit",
        "ArmatureLatentStrength": "image strength previous",
        "ArmatureLatentStrengthRamp": "first_image end_image first last interpolation previous",
        "ArmatureLatentStrengthList": "strengths previous",
        "ArmatureSchedule": "text interpolation basis keyframes curve floats",
        "ArmatureKeyframe": "start strength weights mask previous images other_images inherit guarantee_steps",
        "ArmatureControlOptions": "mode uncond_multiplier resizing filter batch pooled_on_positive_only smallest "
        "largest reuse",
        "ArmatureEffectMask": "mask feather invert",
        "ArmatureLatentStrengths": "text others latent options previous",
        "ArmatureHintPreview": "control_net image width height latent options inpaint_mask",
    }
    for node_id, names in expected.items():
        found = [i.id for i in NODES[node_id].GET_SCHEMA().inputs]
        assert found[: len(names.split())] == names.split(), node_id


def test_sockets_fit_each_other():
    def sockets(node_id):
        schema = NODES[node_id].GET_SCHEMA()
        return {i.id: i.get_io_type() for i in schema.inputs}, [o.io_type for o in schema.outputs]

    wanted, _ = sockets("ArmatureApplyControl")
    given = {"weights": "BlockWeights", "schedule": "Schedule", "options": "ControlOptions", "mask": "EffectMask"}
    for socket, name in given.items():
        assert sockets(f"Armature{name}")[1][0] in wanted[socket].split(",")
    assert {"ARMATURE_WEIGHTS", "CONTROL_NET_WEIGHTS"} == set(wanted["weights"].split(","))
    assert {"ARMATURE_SCHEDULE", "ARMATURE_KEYFRAMES", "TIMESTEP_KEYFRAME"} == set(wanted["schedule"].split(","))
    assert {"ARMATURE_LATENT_STRENGTHS", "LATENT_KEYFRAME"} == set(wanted["latent_strengths"].split(","))
    assert wanted["options"] == "ARMATURE_OPTIONS" == sockets("ArmatureLatentStrengths")[1][0]
    assert sockets("ArmatureKeyframe")[1][0] in sockets("ArmatureSchedule")[0]["keyframes"].split(",")
    assert sockets("ArmatureSchedule")[0] | {"curve": "CURVE", "floats": "FLOATS"} == sockets("ArmatureSchedule")[0]


def test_what_a_node_makes_as_it_comes_changes_nothing():
    assert execute("ArmatureBlockWeights") == LayerWeights("flat", SOFT_BASE)
    assert execute("ArmatureControlOptions") == Options(areas="crop") == chosen(None)
    assert execute("ArmatureSchedule") == Schedule()
    assert execute("ArmatureLatentStrengths") == chosen(None)


def test_the_default_graph_equals_core_bit_for_bit(base, control, both):
    theirs = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(*both, control, IMAGE, 1.0, 0.0, 1.0)
    mine = execute("ArmatureApplyControl", positive=both[0], negative=both[1], control_net=control, image=IMAGE)
    extras = {
        "weights": execute("ArmatureBlockWeights"),
        "options": execute("ArmatureControlOptions"),
        "schedule": execute("ArmatureSchedule"),
        "mask": torch.ones(1, 16, 16),
    }
    all_connected = execute(
        "ArmatureApplyControl", positive=both[0], negative=both[1], control_net=control, image=IMAGE, **extras
    )
    expected = sample(base, *theirs)
    torch.testing.assert_close(sample(base, *mine), expected, **EXACT)
    torch.testing.assert_close(sample(base, *all_connected), expected, **EXACT)


def test_everything_connected_reaches_the_control(control, both):
    weights, mask = LayerWeights("late"), torch.rand(1, 8, 8)
    options, schedule = Options(uncond=0.5, fit=Fit(batching="hold")), Schedule(basis="steps")
    positive, _ = execute(
        "ArmatureApplyControl",
        positive=both[0],
        control_net=control,
        image=IMAGE,
        strength=-2.0,
        start_percent=0.2,
        end_percent=0.4,
        weights=weights,
        schedule=schedule,
        mask=mask,
        options=options,
        inpaint_mask=torch.ones(1, 64, 64),
    )
    (found,) = applied(positive)
    assert (found.strength, found.timestep_percent_range) == (-2.0, (0.2, 0.4))
    manner = found.manner
    assert (manner.weights, manner.options, manner.schedule.basis) == (weights, options, "steps")
    assert manner.mask.batching == "hold" and torch.equal(manner.mask.pixels[:, 0], mask)
    assert (found.cond_hint_original == -1).all()


def test_a_stack_is_a_chain_of_its_rows_in_order(base, control, both):
    others = {"control_net_1": control, "image_1": IMAGE, "strength_1": 0.5}
    others |= {"control_net_2": control, "image_2": IMAGE, "enabled_2": False}
    others |= {"control_net_3": control, "image_4": IMAGE, "control_net_5": None, "image_5": IMAGE}
    others |= {"control_net_6": control, "image_6": 1 - IMAGE, "strength_6": 1.0}
    stack = NODES["ArmatureApplyControlStack"].execute(both[0], 0.8, 0.0, 0.9, negative=both[1], **others).args
    assert [found.strength for found in applied(stack[0])] == [0.8, 0.4]
    assert applied(stack[0]) == applied(stack[1])
    chain = both
    for image, strength in ((IMAGE, 0.4), (1 - IMAGE, 0.8)):
        chain = NODES["ArmatureApplyControl"].execute(chain[0], control, image, strength, 0.0, 0.9, chain[1]).args
    torch.testing.assert_close(sample(base, *stack), sample(base, *chain), **EXACT)


def test_half_a_row_is_told(control, both, monkeypatch):
    told = []
    monkeypatch.setattr(Panel, "show", lambda panel, row, text: told.append((row, text)))
    half = {"control_net_2": control, "image_3": IMAGE, "control_net_4": control, "enabled_4": False}
    assert execute("ArmatureApplyControlStack", positive=both[0], negative=both[1], **half) == tuple(both)
    assert told == [("Row 2", "no control: it has no image"), ("Row 3", "no control: it has no control")]


@pytest.mark.parametrize("rows", [{}, {"enabled_1": False}])
def test_a_stack_of_nothing_changes_nothing(control, both, rows):
    given = {"control_net_1": control, "image_1": IMAGE} if rows else {}
    out = execute("ArmatureApplyControlStack", positive=both[0], negative=both[1], **given | rows)
    assert out == tuple(both)


def test_weights_come_from_a_preset_or_from_text():
    assert execute("ArmatureBlockWeights", preset="soft", base=0.9) == LayerWeights("soft", 0.9)
    assert execute("ArmatureBlockWeights", values="1, .8\n0").values == (1.0, 0.8, 0.0)


def test_keyframes_chain_into_a_schedule():
    soft, mask = LayerWeights("soft"), torch.ones(1, 4, 4)
    first = execute("ArmatureKeyframe", start=0.1, strength=0.5, weights=soft)
    both = execute("ArmatureKeyframe", start=0.6, mask=mask, previous=first)
    found = execute("ArmatureSchedule", keyframes=both, interpolation="step", basis="sigma")
    assert found.basis == "sigma" and found.course.interpolation == "step"
    assert found.course.keyframes[0] == Keyframe(0.1, 0.5, soft)
    assert torch.equal(found.course.keyframes[1].mask.pixels[:, 0], mask)
    assert found.course.at(0.7).weights is soft


def test_a_keyframe_whose_mask_is_full_ends_the_one_before():
    first = execute("ArmatureKeyframe", start=0.0, mask=torch.zeros(1, 4, 4))
    found = execute(
        "ArmatureSchedule", keyframes=execute("ArmatureKeyframe", start=0.5, mask=torch.ones(1, 4, 4), previous=first)
    )
    assert found.course.at(0.4).mask.is_empty and found.course.at(0.5).mask.is_full


def test_comfyuis_curves_and_lists_are_schedules():
    curve = CurveInput.from_raw({"points": [(0, 0), (1, 1)], "interpolation": "linear"})
    assert execute("ArmatureSchedule", curve=curve).course.at(0.25).strength == pytest.approx(0.25)
    assert execute("ArmatureSchedule", floats=[0.5, 0.25]).course.at(0.9).strength == 0.25
    with pytest.raises(InvalidValue, match="text and curve"):
        execute("ArmatureSchedule", curve=curve, text="0:1")


def test_options_are_as_chosen():
    found = execute(
        "ArmatureControlOptions",
        mode="control is more important",
        uncond_multiplier=0.5,
        resizing="fit",
        filter="auto",
        batch="error",
        pooled_on_positive_only=True,
        smallest=128,
        reuse=3,
        areas="squeeze",
    )
    assert found == Options("control", 0.5, False, Fit("fit", "auto", "error"), (128, 1 << 30), 3, areas="squeeze")


def test_strengths_of_images_join_the_options():
    latent = {"samples": torch.zeros(4, 4, 8, 8)}
    found = execute("ArmatureLatentStrengths", text="-1=0.2", others=0.0, latent=latent, options=Options(uncond=0.5))
    assert found == Options(uncond=0.5, strengths=((3, 0.2),), strength_of_others=0.0)


def test_masks_are_inverted():
    mask = torch.rand(2, 6, 4)
    torch.testing.assert_close(execute("ArmatureEffectMask", mask=mask, invert=True), 1 - mask)
    assert execute("ArmatureEffectMask", mask=mask, feather=2).shape == mask.shape


@pytest.mark.parametrize("latent", [None, {"samples": torch.zeros(1, 4, 6, 10)}])
def test_the_preview_has_the_size_of_the_latent(control, latent):
    shown = execute("ArmatureHintPreview", control_net=control, image=IMAGE, width=80, height=48, latent=latent)
    assert shown.shape == (1, 48, 80, 3)


def test_keyframes_go_to_apply_without_a_schedule_and_hold(control, both):
    weights, keyframe = NODES["ArmatureBlockWeights"].execute("soft", 0.9, "", 0.5).args
    ramp = execute("ArmatureKeyframeRamp", start=0.5, first=1.0, last=0.0, keyframes=2, previous=keyframe)
    chain = execute("ArmatureKeyframesFromList", strengths=[0.7], previous=ramp)
    positive, _ = execute("ArmatureApplyControl", positive=both[0], control_net=control, image=IMAGE, schedule=chain)
    held = applied(positive)[0].manner.schedule.course
    assert (
        isinstance(held, HeldKeyframes)
        and held == execute("ArmatureSchedule", keyframes=chain, interpolation="hold").course
    )
    assert [(frame.start, frame.strength) for frame in held.keyframes] == [(0, 1), (0.5, 1), (1, 0), (0, 0.7)]
    assert held.keyframes[0].weights is weights and weights.uncond == 0.5


def test_a_guarantee_needs_keyframes_that_hold():
    frame = execute("ArmatureKeyframe", guarantee_steps=2)
    with pytest.raises(InvalidValue, match="Set interpolation to hold"):
        execute("ArmatureSchedule", keyframes=frame)


def test_sliders_are_the_lists_of_advanced_controlnet():
    assert execute("ArmatureBlockSliders", output_3=0.5, middle_multiplier=2.0) == LayerWeights(
        values=(1, 1, 1, 0.5, *[1] * 9), middle=2.0, adapts=True
    )
    assert execute("ArmatureAdapterSliders", input_1=0.5).values == (1, 0.5, 1, 1)
    assert execute("ArmatureMaskedSoftWeights", mask=IMAGE[..., 0]).base_mask is not None


def test_strengths_of_images_chain_and_reach_the_control(control, both):
    one = execute("ArmatureLatentStrength", image=-1, strength=0.5)
    ramp = execute("ArmatureLatentStrengthRamp", end_image=2, first=0.0, last=1.0, previous=one)
    listed = execute("ArmatureLatentStrengthList", strengths=[0.3, 0.4, 0.6], previous=ramp)
    text = NODES["ArmatureLatentStrengths"].execute("2=0.9, 7", 1.0, previous=listed)[1]
    assert text.strengths == ((-1, 0.5), (0, 0.0), (1, 1.0), (2, 0.6), (7, 1.0))
    replaced = execute("ArmatureLatentStrength", image=1, strength=0.1, previous=ramp)
    assert dict(replaced.strengths)[1] == 0.1
    inputs = {"positive": both[0], "control_net": control, "image": IMAGE, "latent_strengths": text, "batch": "hold"}
    manner = applied(execute("ArmatureApplyControl", **inputs)[0])[0].manner
    assert manner.images == text.strengths and manner.options.fit.batching == "hold"


def test_without_a_negative_every_prompt_may_be_controlled_as_by_the_old_core_node(base, control, both):
    theirs = comfy_nodes.ControlNetApply().apply_controlnet(both[0], control, IMAGE, 0.7)[0]
    ours = execute(
        "ArmatureApplyControl", positive=both[0], control_net=control, image=IMAGE, strength=0.7, every_prompt=True
    )[0]
    torch.testing.assert_close(sample(base, ours, both[1]), sample(base, theirs, both[1]), **EXACT)
    alone = execute("ArmatureApplyControl", positive=both[0], control_net=control, image=IMAGE, strength=0.7)[0]
    assert not torch.equal(sample(base, alone, both[1]), sample(base, ours, both[1]))


@pytest.mark.parametrize("given", [None, Options(areas="crop"), Options(areas="squeeze")])
@pytest.mark.parametrize("areas", ["crop", "squeeze"])
def test_areas_of_apply_control_go_before_its_options(control, both, given, areas):
    inputs = {"positive": both[0], "control_net": control, "image": IMAGE, "options": given}
    as_options_say, chosen_here = (
        applied(execute("ArmatureApplyControl", **inputs, **more)[0])[0].manner.options.areas
        for more in ({}, {"areas": areas})
    )
    assert as_options_say == (given.areas if given else "crop") and chosen_here == areas
