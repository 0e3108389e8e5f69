"""Preprocessors' networks in ComfyUI's memory management: each file is read once, and placed and offloaded by it."""

from pathlib import Path
from typing import Any

import comfy.model_management
import comfy.model_patcher
import comfy.ops
import torch

from ..preprocessors.declare import Network, Option, Preprocessor
from ..preprocessors.pretrained import Pretrained
from .annotators import path_of
from .reading import read_checkpoint
from .unchanged import while_unchanged

NONE = "none"  # what a node shows for a network that is left out
KEPT = 8  # networks whose weights stay in memory when no node holds them: more than a graph has, as a rule


def placed(preprocessor: Preprocessor, values: dict[str, Any]) -> dict[str, torch.nn.Module | None]:
    """The networks that the values name and ask, all on the compute device at once.

    Raises:
        ArmatureError: a file is missing, damaged, or another network's.
    """
    known = {option.name: option.default for option in preprocessor.options} | values
    networks = [option for option in preprocessor.options if option.type is Network]
    patchers = {o.name: patcher(values[o.name], o.pretrained) for o in networks if _asked(o, known)}
    comfy.model_management.load_models_gpu(list(patchers.values()))
    return {o.name: patchers[o.name].model if o.name in patchers else None for o in networks}


def _asked(option: Option, values: dict[str, Any]) -> bool:
    named = isinstance(values[option.name], str) and values[option.name] != NONE
    return named and (option.when is None or values[option.when.option] == option.when.value)


def patcher(name: str, network: Pretrained) -> comfy.model_patcher.ModelPatcher:
    return _loaded(path_of(name, network), network)


@while_unchanged(KEPT)
def _loaded(path: Path, network: Pretrained) -> comfy.model_patcher.ModelPatcher:
    management, weights = comfy.model_management, read_checkpoint(path, path.name).tensors
    module, device = network.load(weights, comfy.ops.disable_weight_init, path.name), management.get_torch_device()
    if network.channels_last and device.type == "cpu":
        module = module.to(memory_format=torch.channels_last)
    return comfy.model_patcher.CoreModelPatcher(module, device, management.unet_offload_device())
