from functools import cache
from types import SimpleNamespace

import pytest
import torch
from comfy.ldm.modules.diffusionmodules.util import timestep_embedding

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.controlnet_xs import CONTROLNET_XS
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.scale import Scale
from armature.errors import IncompatibleCheckpoint

from ...host import tiny
from ..manifests import MANIFESTS, checkpoint
from .straight_xs import Straight, Variant, weights

ALL = discovery.declared(architectures, Architecture).values()
FAMILIES = {"SD1": tiny.SD1, "SD2": tiny.SD2, "SDXL": tiny.SDXL}
OURS = [name for name in MANIFESTS if name.startswith("controlnetxs_")]
HEADLESS = ["controlnetxs_official_sd21_typeC_r0.0125", "controlnetxs_official_sdxl_typeC_r0.05"]  # never published
NAMES = {"sd15": "Stable Diffusion 1.x", "sd21": "Stable Diffusion 2.x", "sdxl": "SDXL"}
SAME = {  # diffusers file: the official file with the same weights
    "controlnetxs_diffusers_sd15_53m": "controlnetxs_official_sd15_typeB_r0.2",
    "controlnetxs_diffusers_sd21_14m": "controlnetxs_official_sd21_typeB_r0.0125",
    "controlnetxs_diffusers_fused_sd21": "controlnetxs_official_sd21_typeB_r0.0125",
    "controlnetxs_diffusers_sdxl_20m": "controlnetxs_official_sdxl_typeB_r0.05",
    "controlnetxs_diffusers_sdxl_48m": "controlnetxs_official_sdxl_typeB_r0.1",
}
ONE = Scale(1.0)
CASES = {  # precision, latent size, control width, learned embedding, tolerance as a share of the output's norm
    "fp32": (torch.float32, (16, 16), 5, True, 1e-6),  # attention and sums are computed in another order
    "fp64": (torch.float64, (9, 7), 4, False, 1e-12),  # one-pixel norms magnify rounding: see that it is no more
}


@cache
def unet(family, dtype=torch.float32):
    return tiny.base_model(FAMILIES[family]).model.diffusion_model.to(dtype)


def variant(family, kind="B", infusion="cat", width=5, learned=False, dtype=torch.float32):
    config = FAMILIES[family].unet
    linear = config.get("use_linear_in_transformer", False)
    return Variant(kind, infusion, width, unet(family, dtype), config["context_dim"], family == "SDXL", linear, learned)


def load(tensors, metadata=None, **options):
    file = Checkpoint(tensors, "x.safetensors", metadata or {})
    architecture, layout = detect(file, ALL)
    assert architecture is CONTROLNET_XS
    return architecture.load(file, layout, Backend(), **options)


def inputs(family, size=(8, 8), seed=0, dtype=torch.float32):
    """A step, and the hint of its size."""
    generator, base = torch.Generator().manual_seed(seed), unet(family, dtype)
    config = FAMILIES[family].unet
    y = config["adm_in_channels"] and torch.randn(2, config["adm_in_channels"], generator=generator).to(dtype)

    def time_embedding(timesteps):
        return base.time_embed(timestep_embedding(timesteps, base.model_channels).to(dtype))

    step = SimpleNamespace(
        x=torch.randn(2, 4, *size, generator=generator).to(dtype),
        timesteps=torch.tensor([10.0, 961.0]),
        context=torch.randn(2, 5, config["context_dim"], generator=generator).to(dtype),
        sigma=1.0,
        y=y,
        base=SimpleNamespace(time_embedding=time_embedding, label_embedding=base.label_emb if y is not None else None),
    )
    return step, torch.rand(2, 3, 8 * size[0], 8 * size[1], generator=generator).to(dtype)


def run(family, step, patches):
    with torch.no_grad():
        options = {"patches": {name: list(functions) for name, functions in patches.items()}}
        return unet(family, step.x.dtype)(step.x, step.timesteps, step.context, step.y, transformer_options=options)


@torch.no_grad()
def controlled(family, model, step, hint, scale=ONE):
    return run(family, step, model.patches(step, model.encode(hint), scale))


@torch.no_grad()
def straight(found, tensors, step, hint, strength=1.0):
    return Straight(found, tensors).run(step.x, step.timesteps, step.context, step.y, hint, strength)


def difference(a, b):
    return float((a - b).norm() / b.norm())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("infusion", ["cat", "add"])
@pytest.mark.parametrize("kind", ["A", "B", "C"])
@pytest.mark.parametrize("case", CASES)
def test_both_streams_are_those_written_in_one_loop(family, infusion, kind, case):
    dtype, size, width, learned, tolerance = CASES[case]
    found = variant(family, kind, infusion, width, learned, dtype)
    step, hint = inputs(family, size, dtype=dtype)
    tensors = {key: tensor.to(dtype) for key, tensor in weights(found).items()}
    output = controlled(family, load(tensors), step, hint, Scale(0.7))
    assert difference(output, straight(found, tensors, step, hint, 0.7)) <= tolerance
    assert difference(output, run(family, step, {})) > 0.02


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("learned", [False, True])
def test_strength_zero_is_the_base_alone(family, learned):
    step, hint = inputs(family)
    model = load(weights(variant(family, learned=learned)))
    assert torch.equal(controlled(family, model, step, hint, Scale(0.0)), run(family, step, {}))


def test_a_learned_embedding_is_mixed_by_the_strength():
    found = variant("SD1", learned=True)
    step, hint = inputs("SD1", (16, 16))
    tensors = weights(found)
    silent = {key: t * 0 if "zero_convs_out" in key or "block_out" in key else t for key, t in tensors.items()}
    outputs = [controlled("SD1", load(silent), step, hint, Scale(s)) for s in (1e-6, 0.5, 1.0)]
    base = run("SD1", step, {})
    assert [difference(output, base) for output in outputs] == sorted(difference(output, base) for output in outputs)
    assert difference(outputs[2], base) > 0.005
    assert difference(outputs[1], straight(found, silent, step, hint, 0.5)) <= 1e-6


def test_runs_do_not_leak():
    model = load(weights(variant("SD1", "C")))
    first, second = inputs("SD1", seed=1), inputs("SD1", seed=2)
    base = run("SD1", first[0], {})
    alone = controlled("SD1", model, *first)
    assert not torch.equal(controlled("SD1", model, *second), alone)
    assert torch.equal(controlled("SD1", model, *first), alone)
    assert torch.equal(run("SD1", first[0], {}), base)


@torch.no_grad()
def test_patches_made_before_another_runs_keep_their_own_state():
    model = load(weights(variant("SD1")))
    (step, hint), (other, another) = inputs("SD1", seed=1), inputs("SD1", seed=2)
    patches = model.patches(step, model.encode(hint), Scale(1.0))
    expected = controlled("SD1", model, step, hint)
    controlled("SD1", model, other, another)
    assert torch.equal(run("SD1", step, patches), expected)
    assert torch.equal(run("SD1", step, patches), expected)  # an UNet that is run twice within a step


@pytest.mark.parametrize(
    "kind, entering, last", [("A", [], 0), ("B", range(12), 0), ("C", range(12), 1)], ids=["A", "B", "C"]
)
def test_every_delta_passes_the_scale_once_by_its_block(kind, entering, last):
    seen = []

    class Recording(Scale):
        def __call__(self, block, delta):
            seen.append(block)
            return super().__call__(block, delta)

    controlled("SD1", load(weights(variant("SD1", kind))), *inputs("SD1"), Recording(1.0))
    skips = [("skip", n) for n in reversed(range(last, 12))]
    assert seen == [*(("input", n) for n in entering), ("middle", 0), *skips]


def test_scale_list_is_optional_and_multiplies_what_reaches_the_base():
    found = variant("SD1")
    step, hint = inputs("SD1")
    tensors = weights(found)
    uneven = controlled("SD1", load(tensors), step, hint)
    ones = controlled("SD1", load({**tensors, "scale_list": torch.ones(25)}), step, hint)
    tensors.pop("scale_list")
    assert torch.equal(controlled("SD1", load(tensors), step, hint), ones)
    assert difference(uneven, ones) > 0.01


@torch.no_grad()
def test_an_inpainting_bases_other_channels_are_not_seen():
    model = load(weights(variant("SD1")))
    step, hint = inputs("SD1")
    wide = SimpleNamespace(**{**vars(step), "x": torch.cat([step.x, torch.randn(2, 5, 8, 8)], dim=1)})
    patches = model.patches(wide, model.encode(hint), Scale(1.0))
    assert torch.equal(run("SD1", step, patches), controlled("SD1", model, step, hint))


@torch.no_grad()
@pytest.mark.parametrize("learned", [False, True])
def test_a_control_in_half_precision_leaves_the_base_in_its_own(learned):
    step, hint = inputs("SDXL")
    model = load(weights(variant("SDXL", "C", learned=learned), spread=0.05), dtype=torch.bfloat16)
    half = SimpleNamespace(**{**vars(step), "x": step.x.bfloat16(), "context": step.context.bfloat16()})
    output = run("SDXL", step, model.patches(half, model.encode(hint.bfloat16()), Scale(1.0)))
    assert output.dtype == torch.float32
    whole = load(weights(variant("SDXL", "C", learned=learned), spread=0.05))
    assert difference(output, controlled("SDXL", whole, step, hint)) < 0.05


@pytest.mark.parametrize("name", [name for name in OURS if name not in HEADLESS])
def test_every_published_shape_builds_and_loads_strictly(name):
    file = checkpoint(name)
    architecture, layout = detect(file, ALL)
    model = architecture.load(file, layout, Backend())
    assert architecture is CONTROLNET_XS
    assert model.base.name == next(NAMES[family] for family in NAMES if family in name)
    assert len(model.base.widths) == (9 if "sdxl" in name else 12)
    assert (model.downscale_factor, model.hint_channels) == (8, 3)
    kind = name.partition("type")[2][:1] or "B"
    assert bool(model.enc_zero_convs_out) == (kind != "A")
    assert bool(model.control_model.output_blocks) == (kind == "C")
    times = (
        "control_model.time_embed.0.weight",
        "time_embedding.linear_1.weight",
        "ctrl_time_embedding.linear_1.weight",
    )
    assert (model.control_model.time_embed is not None) == any(file.bears(key) for key in times)


@pytest.mark.parametrize("name", HEADLESS)
def test_transformers_without_a_head_are_refused(name):
    file = checkpoint(name)
    with pytest.raises(IncompatibleCheckpoint, match="no attention head"):
        CONTROLNET_XS.load(file, detect(file, ALL)[1], Backend())


@pytest.mark.parametrize("name", [name for name in MANIFESTS if name not in OURS])
def test_other_files_are_not_taken_for_a_controlnet_xs(name):
    file = checkpoint(name)
    assert all(layout.signature.mismatches(file) for layout in CONTROLNET_XS.layouts)


@pytest.mark.parametrize(
    "name, heads",
    [
        ("controlnetxs_diffusers_sd15_53m", [8, 8, 8, 8]),
        ("controlnetxs_diffusers_sd21_14m", [1, 1, 2, 2]),
        ("controlnetxs_official_sd21_typeB_r0.0125", [1, 1, 2, 2]),
        ("controlnetxs_diffusers_sdxl_48m", [1, 2, 2]),
        ("controlnetxs_diffusers_sdxl_20m", [1, 1, 1]),
    ],
)
def test_head_counts_are_those_of_the_family(name, heads):
    file = checkpoint(name)
    unet = CONTROLNET_XS.load(file, detect(file, ALL)[1], Backend()).control_model
    parts = [
        [m.heads for m in block.modules() if hasattr(m, "heads")] for block in (*unet.input_blocks, unet.middle_block)
    ]
    with_heads = [counts for counts in parts if counts]
    assert [counts[0] for counts in (*with_heads[:-1:2], with_heads[-1])] == heads
    assert all(len(set(counts)) == 1 for counts in with_heads)


def test_metadata_tells_the_head_width_that_shapes_cannot():
    model = load(weights(variant("SD2", width=8)), {"num_head_channels": "2"})
    assert {m.heads for m in model.modules() if hasattr(m, "heads")} == {4, 8, 16}


@pytest.mark.parametrize("name", SAME)
def test_diffusers_names_are_the_official_ones_one_to_one(name):
    file = checkpoint(name)
    names = detect(file, ALL)[1].canonical(file)
    assert len(set(names.values())) == len(names)
    dead = ("scale_list", "control_model.label_emb.")
    official = {key: shape for key, shape in MANIFESTS[SAME[name]].items() if not key.startswith(dead)}
    assert {names[key]: list(file.shape(key)) for key in names} == official


@pytest.mark.parametrize(
    "theirs, ours",
    [
        ("conv_in", "control_model.input_blocks.0.0"),
        ("time_embedding.linear_2", "control_model.time_embed.2"),
        ("controlnet_cond_embedding.blocks.5", "input_hint_block.12"),
        ("down_blocks.1.resnets.1.norm2", "control_model.input_blocks.5.0.out_layers.0"),
        ("down_blocks.1.attentions.0.norm", "control_model.input_blocks.4.1.norm"),
        ("down_blocks.2.downsamplers.conv", "control_model.input_blocks.9.0.op"),
        ("down_blocks.0.base_to_ctrl.0", "enc_zero_convs_in.0.0"),
        ("down_blocks.3.base_to_ctrl.1", "enc_zero_convs_in.10.0"),
        ("mid_block.base_to_ctrl", "enc_zero_convs_in.11.0"),
        ("control_to_base_for_conv_in", "enc_zero_convs_out.0.0"),
        ("down_blocks.0.ctrl_to_base.2", "enc_zero_convs_out.3.0"),
        ("down_blocks.3.ctrl_to_base.1", "enc_zero_convs_out.11.0"),
        ("mid_block.midblock.resnets.1.conv1", "control_model.middle_block.2.in_layers.2"),
        ("mid_block.ctrl_to_base", "middle_block_out.0"),
        ("up_connections.2.ctrl_to_base.1", "dec_zero_convs_out.7.0"),
    ],
)
def test_each_diffusers_part_becomes_its_own_official_one(theirs, ours):
    file = checkpoint("controlnetxs_diffusers_sd21_14m")
    assert detect(file, ALL)[1].canonical(file)[f"{theirs}.weight"] == f"{ours}.weight"


def before_028(tensors):
    """Official names as diffusers' first ControlNetXSModel had them, through those of the adapter."""
    adapter = checkpoint("controlnetxs_diffusers_sd21_14m")
    theirs = {ours: key for key, ours in detect(adapter, ALL)[1].canonical(adapter).items()}
    lists = {
        "enc_zero_convs_in": "down_zero_convs_in",
        "enc_zero_convs_out": "down_zero_convs_out",
        "dec_zero_convs_out": "up_zero_convs_out",
    }
    found = {}
    for key, tensor in tensors.items():
        head, *rest = key.split(".")
        if head in lists:
            found[f"{lists[head]}.{rest[0]}.{rest[-1]}"] = tensor
        elif head == "middle_block_out":
            found[f"middle_block_out.{rest[-1]}"] = tensor
        elif head == "input_hint_block":
            found[theirs[key]] = tensor
        elif head == "control_model":
            name = theirs[key].replace("mid_block.midblock", "mid_block").replace("downsamplers.", "downsamplers.0.")
            found[f"control_model.{name}"] = tensor
    return found


def test_files_of_diffusers_before_028_are_the_same_model():
    tensors = weights(variant("SD2", learned=True))
    tensors.pop("scale_list")
    step, hint = inputs("SD2")
    legacy = before_028(tensors)
    assert "control_model.down_blocks.0.downsamplers.0.conv.weight" in legacy
    expected = controlled("SD2", load(tensors), step, hint)
    assert torch.equal(controlled("SD2", load(legacy), step, hint), expected)


def adapter(tensors):
    file = checkpoint("controlnetxs_diffusers_sd21_14m")
    theirs = {ours: key for key, ours in detect(file, ALL)[1].canonical(file).items()}
    return {theirs[key]: tensor for key, tensor in tensors.items() if key in theirs}


@pytest.mark.parametrize("layout", [dict, adapter, before_028])
def test_missing_and_unknown_keys_are_refused(layout):
    tensors = layout(weights(variant("SD2", learned=True)))
    with pytest.raises(IncompatibleCheckpoint, match="surprise"):
        load({**tensors, "surprise": torch.zeros(1)})
    for ending in ("attn1.to_k.weight", "middle_block_out.0.bias", "ctrl_to_base.1.bias", "down_zero_convs_in.3.bias"):
        gone = next((key for key in tensors if key.endswith(ending)), None)
        if gone:
            with pytest.raises(IncompatibleCheckpoint, match="Is the file complete"):
                load({key: tensor for key, tensor in tensors.items() if key != gone})


def test_dead_label_embeddings_are_left_out():
    tensors = weights(variant("SDXL"))
    dead = {f"control_model.label_emb.0.{i}.weight": torch.zeros(4, 4) for i in (0, 2)}
    assert load({**tensors, **dead}).state_dict().keys() == tensors.keys()


def test_a_wrong_shape_is_told_with_both_shapes():
    tensors = weights(variant("SD1"))
    with pytest.raises(IncompatibleCheckpoint, match=r"\[24\] where \[25\]"):
        load({**tensors, "scale_list": torch.ones(24)})
