"""Control networks in ComfyUI's memory management, and where a control gets its own."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Protocol

import comfy.model_base
import comfy.model_management
import comfy.model_patcher
import torch

from ..control.model import ControlModel


class NetworkSource(Protocol):
    """`model` says what is known before there is a base: the shape it fits, and the hint it takes."""

    model: ControlModel

    def on(self, base: comfy.model_base.BaseModel) -> "Network":
        """The network for a run on `base`, placed; called when ComfyUI has loaded the base and what `patchers` gave."""

    def patchers(self) -> list[comfy.model_patcher.ModelPatcher]:
        """What to load beside a base that is not known yet."""

    def memory_to_come(self, dtype: torch.dtype) -> int:
        """Bytes that `on` may need beside these, on a base whose weights are of this dtype."""

    def on_device(self, device: torch.device) -> "NetworkSource":
        """The same for another device, with weights of its own."""


@dataclass(frozen=True, eq=False)
class Network:
    """A network that computes in `dtype`. As a source: itself, on every base."""

    model: ControlModel
    patcher: comfy.model_patcher.ModelPatcher
    dtype: torch.dtype

    def on(self, base: comfy.model_base.BaseModel) -> "Network":
        return self

    def patchers(self) -> list[comfy.model_patcher.ModelPatcher]:
        return [self.patcher]

    def memory_to_come(self, dtype: torch.dtype) -> int:
        return 0

    def on_device(self, device: torch.device) -> "Network":
        return managed(deepcopy(self.model), self.dtype, device, dynamic=False)


def managed(model: ControlModel, dtype: torch.dtype, device: torch.device, dynamic: bool = True) -> Network:
    """`model` as a network that ComfyUI places on `device` and offloads.

    `dynamic`: by dynamic VRAM, where that is on; ComfyUI keeps it from what runs on several devices.
    """
    patcher = comfy.model_patcher.CoreModelPatcher if dynamic else comfy.model_patcher.ModelPatcher
    return Network(model, patcher(model, device, comfy.model_management.unet_offload_device()), dtype)
