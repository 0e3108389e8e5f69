"""Tiny random networks of the shapes of Stable Diffusion 1, 2 and SDXL, as ComfyUI itself builds them."""

from dataclasses import dataclass

import comfy.cldm.cldm
import comfy.controlnet
import comfy.latent_formats
import comfy.model_base
import comfy.model_patcher
import comfy.ops
import comfy.supported_models_base
import pytest
import torch
from torch import Tensor

CPU = torch.device("cpu")
NEEDS_CLONES = pytest.mark.skipif(
    not hasattr(comfy.controlnet.ControlBase(), "multigpu_clones"), reason="ComfyUI has multi-GPU clones since 0.23"
)


@dataclass(frozen=True)
class Family:
    """`unet` are the keyword arguments of ComfyUI's UNetModel and ControlNet."""

    name: str
    unet: dict
    base: type[comfy.model_base.BaseModel]
    heads: dict


COMMON = {
    "image_size": 32,
    "in_channels": 4,
    "model_channels": 32,
    "use_spatial_transformer": True,
    "legacy": False,
    "num_res_blocks": [2, 2, 2, 2],
    "channel_mult": (1, 2, 4, 4),
    "transformer_depth": [1, 1, 1, 1, 1, 1, 0, 0],
    "transformer_depth_output": [1] * 9 + [0] * 3,
    "transformer_depth_middle": 1,
    "adm_in_channels": None,
    "use_temporal_attention": False,
}
SD1 = Family(
    "SD1", {**COMMON, "context_dim": 24, "num_heads": 8, "num_head_channels": -1}, comfy.model_base.BaseModel, {}
)
SD2 = Family(
    "SD2",
    {**COMMON, "context_dim": 40, "num_heads": -1, "num_head_channels": 32, "use_linear_in_transformer": True},
    comfy.model_base.BaseModel,
    {"num_head_channels": "32"},
)
POOLED = 16
SDXL = Family(
    "SDXL",
    {
        **COMMON,
        "num_res_blocks": [2, 2, 2],
        "channel_mult": (1, 2, 4),
        "transformer_depth": [0, 0, 1, 1, 2, 2],
        "transformer_depth_output": [0, 0, 0, 1, 1, 1, 2, 2, 2],
        "transformer_depth_middle": 2,
        "context_dim": 48,
        "num_heads": -1,
        "num_head_channels": 32,
        "use_linear_in_transformer": True,
        "num_classes": "sequential",
        "adm_in_channels": POOLED + 6 * 256,
    },
    comfy.model_base.SDXL,
    {"num_head_channels": "32"},
)
FAMILIES = (SD1, SD2, SDXL)


class Config(comfy.supported_models_base.BASE):
    unet_extra_config = {}
    latent_format = comfy.latent_formats.SD15
    memory_usage_factor = 0.1


def randomise(module: torch.nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.06)


def base_model(family: Family, seed: int = 0) -> comfy.model_patcher.ModelPatcher:
    config = Config({**family.unet, "out_channels": 4, "dtype": torch.float32})
    model = family.base(config, device=CPU)
    randomise(model.diffusion_model, seed)
    return comfy.model_patcher.ModelPatcher(model.eval(), CPU, CPU)


def core_network(family: Family, seed: int = 1) -> comfy.cldm.cldm.ControlNet:
    network = comfy.cldm.cldm.ControlNet(
        hint_channels=3, operations=comfy.ops.disable_weight_init, dtype=torch.float32, **family.unet
    )
    randomise(network, seed)
    return network.eval()


def core_control(network: comfy.cldm.cldm.ControlNet) -> comfy.controlnet.ControlNet:
    return comfy.controlnet.ControlNet(network, load_device=CPU)


def conditioning(family: Family, seed: int, rows: int = 1, tokens: int = 7) -> list:
    generator = torch.Generator().manual_seed(seed)
    context = torch.randn(rows, tokens, family.unet["context_dim"], generator=generator)
    return [[context, {"pooled_output": torch.randn(rows, POOLED, generator=generator)}]]


def hint(height: int = 64, width: int = 64, frames: int = 1, channels: int = 3) -> Tensor:
    return torch.rand(frames, height, width, channels, generator=torch.Generator().manual_seed(5))
