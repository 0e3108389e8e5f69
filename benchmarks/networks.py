"""Control networks in the shapes of the published files, for a base of any width: {key: tensor} on the meta device."""

from collections.abc import Mapping
from math import prod

import comfy.cldm.cldm
import comfy.ops
import comfy.t2i_adapter.adapter
import torch
from torch import Tensor

from ..control.checkpoint import Checkpoint
from ..control.training.controlnet_xs import NewControlNetXS
from ..control.training.lllite import NewLLLite
from .bases import META, PUBLISHED_WIDTH, Shape

Tensors = Mapping[str, Tensor]

UNION_TYPES = 6
OF_TOKENS = ("task_embedding", "transformer_layes.", "spatial_ch_projs.")  # of one width in ComfyUI, whatever the base
RANK = 128  # of the smaller of the two published sizes of Control-LoRA
OF_THE_BASE = ("time_embed.", "label_emb.", "input_blocks.", "middle_block.")
LLLITE_BLOCKS = ("lllite_unet_input_blocks_", "lllite_unet_middle_block_")


def controlnet(shape: Shape, **more) -> Tensors:
    network = comfy.cldm.cldm.ControlNet(
        hint_channels=3, operations=comfy.ops.disable_weight_init, device=META, **shape.unet, **more
    )
    return network.state_dict()


def union(shape: Shape) -> Tensors:
    tensors = controlnet(shape, union_controlnet_num_control_type=UNION_TYPES)
    return {key: _narrowed(t, shape) if key.startswith(OF_TOKENS) else t for key, t in tensors.items()}


def xs_53m(shape: Shape) -> Tensors:
    """A fifth of the base's width, with the base's time embedding; published for Stable Diffusion 1.5."""
    return _xs(shape, shape.width // 5)


def xs_48m(shape: Shape) -> Tensors:
    """A tenth of the base's width, with a time embedding of its own; published for SDXL."""
    embedder = {key: tensor for key, tensor in _unet(shape).items() if key.startswith("time_embed.")}
    return _xs(shape, shape.width // 10) | {f"control_model.{key}": tensor for key, tensor in embedder.items()}


def t2i_adapter(shape: Shape) -> Tensors:
    widths, xl = [shape.width * multiplier for multiplier in (1, 2, 4, 4)], shape.name == "SDXL"
    with META:
        network = comfy.t2i_adapter.adapter.Adapter(
            widths, 2, cin=3 * (256 if xl else 64), ksize=1, sk=True, use_conv=False, xl=xl
        )
    return network.state_dict()


def lllite(shape: Shape) -> Tensors:
    """Modules in the encoder and the middle block, as the published ones."""
    with META:
        tensors = NewLLLite().checkpoint(_unet(shape)).tensors
    return {key: tensor for key, tensor in tensors.items() if key.startswith(LLLITE_BLOCKS)}


def filled(tensors: Tensors, dtype: torch.dtype) -> Checkpoint:
    """A file of random weights of these sizes."""
    return Checkpoint({key: torch.empty(t.shape).normal_(0, 0.02).to(dtype) for key, t in tensors.items()})


def control_lora(shape: Shape) -> Tensors:
    """Every weight that the base has too is a product of low rank."""
    file = {"lora_controlnet": torch.empty(0, device=META)}
    for key, tensor in controlnet(shape).items():
        outer, *inner = tensor.shape
        if inner and key.startswith(OF_THE_BASE):
            module, rank = key.removesuffix(".weight"), min(RANK * shape.width // PUBLISHED_WIDTH, prod(inner))
            file[f"{module}.up"] = torch.empty(outer, rank, *[1] * (len(inner) - 1), device=META)
            file[f"{module}.down"] = torch.empty(rank, *inner, device=META)
        else:
            file[key] = tensor
    return file


def _xs(shape: Shape, width: int) -> Tensors:
    with META:
        return NewControlNetXS(width).checkpoint(_unet(shape)).tensors


def _narrowed(tensor: Tensor, shape: Shape) -> Tensor:
    sizes = (n if n % PUBLISHED_WIDTH else n * shape.width // PUBLISHED_WIDTH for n in tensor.shape)
    return torch.empty(*sizes, device=META)


def _unet(shape: Shape) -> Tensors:
    return shape.base(META).diffusion_model.state_dict()
