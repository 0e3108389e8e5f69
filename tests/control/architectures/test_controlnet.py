import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.controlnet import CONTROLNET
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.step import Step
from armature.errors import IncompatibleCheckpoint, MissingInput

from ..manifests import CONTROLNETS, checkpoint
from .tiny_controlnet import SD1, SD2, SDXL, diffusers, weights

ALL = discovery.declared(architectures, Architecture).values()
NAMES = {"sd15": "Stable Diffusion 1.x", "sd21": "Stable Diffusion 2.x", "sdxl": "SDXL"}
VARIANTS = {"SD1": SD1, "SD2": SD2, "SDXL": SDXL, "odd": SD1.wide(20), "narrow": SD1.wide(8)}


def load(tensors, metadata=None, **options):
    file = Checkpoint(tensors, "x.safetensors", metadata or {})
    architecture, layout = detect(file, ALL)
    return architecture.load(file, layout, Backend(), **options)


def residuals(model, size=(8, 8), seed=0):
    generator = torch.Generator().manual_seed(seed)
    y = model.base.y_dim and torch.randn(2, model.base.y_dim, generator=generator)
    step = Step(
        x=torch.randn(2, 4, *size, generator=generator),
        timesteps=torch.tensor([10.0, 961.0]),
        context=torch.randn(2, 5, model.base.context_dim, generator=generator),
        sigma=1.0,
        sigma_at=lambda percent: 1 - percent,
        y=y,
    )
    hint = torch.rand(2, 3, 8 * size[0], 8 * size[1], generator=generator)
    with torch.no_grad():
        return model.residuals(step, model.encode(hint), model.places.blocks)


@pytest.mark.parametrize("name", CONTROLNETS)
def test_every_published_shape_builds_and_loads_strictly(name):
    file = checkpoint(name)
    architecture, layout = detect(file, ALL)
    model = architecture.load(file, layout, Backend())
    assert architecture is CONTROLNET
    assert model.base.name == NAMES[name.split("_")[1]]
    assert sum(p.numel() for p in model.parameters()) == sum(t.numel() for t in file.tensors.values())
    assert len(model.base.widths) == (9 if "sdxl" in name else 12)


@pytest.mark.parametrize("name", CONTROLNETS)
def test_head_counts_are_those_of_the_family(name):
    file = checkpoint(name)
    model = CONTROLNET.load(file, detect(file, ALL)[1], Backend())
    for module in model.modules():
        if hasattr(module, "heads"):
            inner = module.to_q.out_features
            assert module.heads == (8 if "sd15" in name else inner // 64)


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_layouts_and_the_wrapped_one_are_one_model(variant):
    tensors = weights(VARIANTS[variant])
    expected = residuals(load(tensors))
    wrapped = {f"control_model.{key}": value for key, value in tensors.items()}
    for other in (diffusers(tensors), wrapped):
        for block, tensor in residuals(load(other)).items():
            torch.testing.assert_close(tensor, expected[block], rtol=0, atol=0)


def test_an_old_checkpoint_with_everything_in_it_gives_its_control():
    tensors = weights(SD1)
    whole = {f"control_model.{key}": value for key, value in tensors.items()}
    whole |= {"model.diffusion_model.out.2.weight": torch.zeros(4, 8, 3, 3), "first_stage_model.x": torch.zeros(1)}
    assert residuals(load(whole)).keys() == residuals(load(tensors)).keys()


@pytest.mark.parametrize("variant", VARIANTS)
def test_residuals_have_the_unets_widths_and_sizes(variant):
    model = load(weights(VARIANTS[variant]))
    found = residuals(model, size=(9, 7))
    assert [found["skip", n].shape[1] for n in range(len(model.base.widths))] == list(model.base.widths)
    assert found["skip", 3].shape[-2:] == (5, 4)
    assert found["middle", 0].shape[1] == model.base.widths[-1]


def test_metadata_tells_the_head_width_that_shapes_cannot():
    model = load(weights(SD1), {"num_head_channels": "4"})
    assert {m.heads for m in model.modules() if hasattr(m, "heads")} == {4, 8}


def test_timesteps_stay_exact_in_half_precision():
    model = load(weights(SD1), dtype=torch.bfloat16)
    seen = []
    model.time_embed.register_forward_pre_hook(lambda module, given: seen.append(given[0].float()))
    step = Step(
        torch.zeros(2, 4, 8, 8).bfloat16(),
        torch.tensor([961.0, 960.0]),
        torch.zeros(2, 5, SD1.context).bfloat16(),
        1.0,
        float,
    )
    model.residuals(step, model.encode(torch.zeros(2, 3, 64, 64).bfloat16()), model.places.blocks)
    assert not torch.equal(*seen[0])  # in bfloat16 961 is 960


def test_vector_conditioning_is_asked_for():
    model = load(weights(SDXL))
    step = Step(torch.zeros(1, 4, 8, 8), torch.zeros(1), torch.zeros(1, 5, SDXL.context), 1.0, float)
    with pytest.raises(MissingInput, match="vector conditioning"):
        model.residuals(step, model.encode(torch.zeros(1, 3, 64, 64)), model.places.blocks)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float8_e4m3fn])
def test_weights_of_every_precision_load(dtype):
    tensors = {key: value.to(dtype) for key, value in weights(SD1).items()}
    assert {p.dtype for p in load(tensors).parameters()} == {dtype}
    assert {p.dtype for p in load(tensors, dtype=torch.float32).parameters()} == {torch.float32}


@pytest.mark.parametrize("layout", ["original", "diffusers"])
def test_a_missing_weight_is_named(layout):
    tensors = weights(SD1)
    tensors = diffusers(tensors) if layout == "diffusers" else tensors
    tensors.pop(next(key for key in tensors if key.endswith("attn1.to_k.weight")))
    with pytest.raises(IncompatibleCheckpoint, match=r"(attn1.to_k|Is the file complete)"):
        load(tensors)


def test_a_missing_block_is_named():
    tensors = {key: t for key, t in weights(SD1).items() if not key.startswith("time_embed.0")}
    with pytest.raises(IncompatibleCheckpoint, match=r"time_embed\.0\.weight"):
        load(tensors)


@pytest.mark.parametrize("block", ["input_blocks.3", "input_blocks.11", "middle_block"])
def test_a_file_without_a_block_of_the_unet_is_refused(block):
    rest = {key: value for key, value in weights(SD1).items() if not key.startswith(f"{block}.")}
    with pytest.raises(IncompatibleCheckpoint, match=f"has no {block}"):
        load(rest)


def test_an_unknown_key_is_refused():
    with pytest.raises(IncompatibleCheckpoint, match="surprise"):
        load({**weights(SD1), "surprise": torch.zeros(1)})
    with pytest.raises(IncompatibleCheckpoint, match="surprise"):
        load({**diffusers(weights(SD1)), "surprise": torch.zeros(1)})


def test_a_wrong_shape_is_told_with_both_shapes():
    tensors = weights(SD1)
    tensors["middle_block.0.in_layers.0.bias"] = torch.zeros(3)
    with pytest.raises(IncompatibleCheckpoint, match=r"\[3\] where \[32\]"):
        load(tensors)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(value):
    tensors = weights(SD1)
    tensors["middle_block.0.in_layers.0.bias"][0] = value
    with pytest.raises(IncompatibleCheckpoint, match=r"NaN or infinity in middle_block\.0\.in_layers\.0\.bias"):
        load(tensors)
