import pytest
import torch

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.architectures.control_lora import CONTROL_LORA
from armature.control.architectures.controlnet import CONTROLNET
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.description import describe
from armature.errors import IncompatibleCheckpoint, WrongBaseModel

from ..manifests import CONTROL_LORAS, MANIFESTS, checkpoint
from .test_controlnet import VARIANTS, residuals
from .tiny_controlnet import SD1, SDXL, weights
from .tiny_relative import base_weights, control_lora, merged

ALL = discovery.declared(architectures, Architecture).values()
CPU = torch.device("cpu")
PLAIN = ("input_blocks.1.0.in_layers.2", "time_embed.2", "middle_block.1.transformer_blocks.0.attn2.to_k")


def load(tensors):
    file = Checkpoint(tensors, "x.safetensors")
    architecture, layout = detect(file, ALL)
    assert architecture is CONTROL_LORA
    return architecture.load(file, layout, Backend())


@pytest.mark.parametrize("name", CONTROL_LORAS)
def test_every_published_shape_builds_and_loads_strictly(name):
    file = checkpoint(name)
    architecture, layout = detect(file, ALL)
    model = architecture.load(file, layout, Backend())
    assert architecture is CONTROL_LORA and model.base.name == "SDXL"
    assert model.state_dict().keys() == file.tensors.keys() - {"lora_controlnet"}
    sdxl = MANIFESTS["controlnet_sdxl_ldm"]
    assert model.bound_size == sum(torch.Size(shape).numel() for shape in sdxl.values())
    said = describe(file, architecture, layout, model, pooled=False)
    assert "family: Control-LoRA" in said and f"variant: rank {name.removeprefix('control_lora_sdxl_rank')}" in said
    assert "base model: SDXL" in said and "blocks: 10 (skip 0..8, middle)" in said


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("plain", [(), PLAIN], ids=["all low-rank", "some whole"])
def test_bound_it_is_bit_for_bit_the_network_merged_by_hand(variant, plain):
    whole = weights(VARIANTS[variant])
    file, base = control_lora(whole, plain=plain), base_weights(whole)
    network = load(file).bound(base, Backend(), torch.float32, CPU)
    by_hand = Checkpoint(merged(file, base))
    by_hand = CONTROLNET.load(by_hand, detect(by_hand, ALL)[1], Backend())
    for key, weight in by_hand.state_dict().items():
        torch.testing.assert_close(network.state_dict()[key], weight, rtol=0, atol=0)
    torch.testing.assert_close(residuals(network), residuals(by_hand), rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_lower_precision_is_rounded_once(dtype):
    whole = weights(SD1)
    base = base_weights(whole)
    file = {key: tensor.to(dtype) for key, tensor in control_lora(whole).items()}
    network = load(file).bound(base, Backend(), dtype, CPU)
    for key, weight in merged(file, base).items():
        torch.testing.assert_close(network.state_dict()[key], weight.to(dtype), rtol=0, atol=0)


def test_binding_leaves_the_file_and_the_base_as_they_are():
    whole = weights(SD1)
    file, base = control_lora(whole), base_weights(whole)
    model, before = load(file), {key: tensor.clone() for key, tensor in base.items()}
    network = model.bound(base, Backend(), torch.float32, CPU)
    mine = {id(parameter) for parameter in model.parameters()}
    assert not any(id(parameter) in mine for parameter in network.parameters())
    assert all(torch.equal(base[key], before[key]) for key in base)
    assert all(torch.equal(tensor, file[key]) for key, tensor in model.state_dict().items())


def test_another_shape_of_base_is_named():
    whole = weights(SDXL)
    base = base_weights(whole)
    key = "middle_block.1.transformer_blocks.2.attn1.to_q.weight"
    model = load(control_lora(whole))
    del base[key]
    with pytest.raises(WrongBaseModel, match=r"attn1\.to_q\.weight.* has none"):
        model.bound(base, Backend(), torch.float32, CPU)


@pytest.mark.parametrize(
    "key",
    [
        "time_embed.0.up",
        "time_embed.0.down",
        "input_blocks.3.0.op.down",
        "input_blocks.3.0.op.bias",
        "zero_convs.1.0.bias",
    ],
)
def test_a_missing_tensor_is_named(key):
    file = control_lora(weights(SD1))
    del file[key]
    with pytest.raises(IncompatibleCheckpoint, match=key.replace("up", "(up|down|weight)").replace(".", r"\.")):
        load(file)


def test_unknown_keys_and_shapes_that_do_not_fit_are_refused():
    file = control_lora(weights(SD1))
    with pytest.raises(IncompatibleCheckpoint, match="surprise"):
        load({**file, "surprise": torch.zeros(1)})
    with pytest.raises(IncompatibleCheckpoint, match=r"zero_convs\.0\.0"):
        load({**file, "zero_convs.0.0.up": torch.zeros(16, 2), "zero_convs.0.0.down": torch.zeros(2, 16)})
    with pytest.raises(IncompatibleCheckpoint, match=r"time_embed\.2\.up has the shape \[64, 5\] where \[64, 3\]"):
        load({**file, "time_embed.2.up": torch.zeros(64, 5)})
    with pytest.raises(IncompatibleCheckpoint, match=r"time_embed\.2\.down has the shape \[3, 60\] where \[3, 64\]"):
        load({**file, "time_embed.2.down": torch.zeros(3, 60)})
