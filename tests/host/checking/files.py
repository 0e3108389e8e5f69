"""Model files of published shapes in a few kilobytes: a header, and a hole where the weights are."""

import json
import struct
from functools import cache
from math import prod

import comfy.supported_models
import torch
from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel

from ...control.manifests import MANIFESTS

UNET = {"image_size": 32, "out_channels": 4, "num_heads": 8, "use_spatial_transformer": True}
CONFIGS = {  # of a base, what ComfyUI derives from the shapes
    "sd15": {
        **{"in_channels": 4, "model_channels": 320, "num_res_blocks": [2] * 4, "channel_mult": [1, 2, 4, 4]},
        **{"transformer_depth": [1, 1, 1, 1, 1, 1, 0, 0], "transformer_depth_output": [1] * 9 + [0] * 3},
        **{"transformer_depth_middle": 1, "context_dim": 768, "use_linear_in_transformer": False},
    },
    "sdxl": {
        **{"in_channels": 4, "model_channels": 320, "num_res_blocks": [2] * 3, "channel_mult": [1, 2, 4]},
        **{"transformer_depth": [0, 0, 2, 2, 10, 10], "transformer_depth_output": [0, 0, 0, 2, 2, 2, 10, 10, 10]},
        **{"transformer_depth_middle": 10, "context_dim": 2048, "use_linear_in_transformer": True},
        **{"adm_in_channels": 2816, "num_classes": "sequential", "num_head_channels": 64, "num_heads": -1},
    },
}


def write(path, shapes):
    """A safetensors file of fp16 zeros with these keys and shapes."""
    header, end = {}, 0
    for key, shape in shapes.items():
        begin, end = end, end + 2 * prod(shape)
        header[key] = {"dtype": "F16", "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)
    return path


@cache
def shapes(name):
    with torch.device("meta"):
        unet = UNetModel(**{**UNET, **CONFIGS[name]})
    return {f"model.diffusion_model.{key}": tuple(value.shape) for key, value in unet.state_dict().items()}


def base(path, name):
    return write(path, shapes(name))


def published(path, name):
    """A published control model, by its name in the manifests."""
    return write(path, MANIFESTS[name])


def flux(path):
    """As much of a Flux checkpoint as ComfyUI knows it by."""
    config = comfy.supported_models.Flux.unet_config
    assert config["image_model"] == "flux"
    keys = {
        "img_in.weight": (3072, 64),
        "double_blocks.0.img_attn.norm.key_norm.scale": (128,),
        "single_blocks.0.linear1.weight": (21504, 3072),
        "guidance_in.in_layer.weight": (3072, 256),
        "txt_in.weight": (3072, 4096),
        "vector_in.in_layer.weight": (3072, 768),
        **{f"{n}.bias": (1,) for n in range(6)},
    }
    return write(path, {f"model.diffusion_model.{key}": shape for key, shape in keys.items()})
