"""Files that store a ControlNet relative to a base: made from whole weights, and undone by hand."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

SHARED = ("time_embed.", "label_emb.", "input_blocks.", "middle_block.")


def base_weights(whole: Mapping[str, Tensor], seed: int = 7) -> dict[str, Tensor]:
    """Those that a UNet of the same shape has."""
    generator = torch.Generator().manual_seed(seed)
    return {key: torch.randn(t.shape, generator=generator) * 0.1 for key, t in whole.items() if key.startswith(SHARED)}


def difference(whole: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {"difference": torch.zeros(0), **{key: t - base[key] if key in base else t for key, t in whole.items()}}


def control_lora(
    whole: Mapping[str, Tensor], rank: int = 3, plain: Iterable[str] = (), seed: int = 8
) -> dict[str, Tensor]:
    """The whole's biases, norms, hint encoder and zero convolutions, and random factors; `plain` modules stay whole."""
    generator = torch.Generator().manual_seed(seed)
    file = {"lora_controlnet": torch.zeros(0)}
    for key, tensor in whole.items():
        module = key.removesuffix(".weight")
        if tensor.ndim == 1 or not key.startswith(SHARED) or module in plain:
            file[key] = tensor
        else:
            outer, *inner = tensor.shape
            file[f"{module}.up"] = torch.randn(outer, rank, *[1] * (tensor.ndim - 2), generator=generator) * 0.1
            file[f"{module}.down"] = torch.randn(rank, *inner, generator=generator) * 0.1
    return file


def merged(file: Mapping[str, Tensor], base: Mapping[str, Tensor], dtype: torch.dtype = torch.float32):
    """The weights that a Control-LoRA stands for, put together in `dtype`."""
    whole = {}
    for key, tensor in file.items():
        if key.endswith(".up"):
            module = key.removesuffix(".up")
            below, down = base[f"{module}.weight"].to(dtype), file[f"{module}.down"].to(dtype)
            whole[f"{module}.weight"] = below + (tensor.to(dtype).flatten(1) @ down.flatten(1)).reshape(below.shape)
        elif not key.endswith(".down") and key != "lora_controlnet":
            whole[key] = tensor.to(dtype)
    return whole
