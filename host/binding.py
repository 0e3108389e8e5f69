"""Networks whose weights are relative to a base: bound to it once, kept for as long as it lives."""

import weakref
from collections.abc import Iterator, Mapping

import comfy.lora
import comfy.model_base
import comfy.model_management
import comfy.model_patcher
import comfy.ops
import torch
from torch import Tensor

from ..control.backend import Backend
from ..control.relative import RelativeModel
from .attention import comfy_attention
from .network import Network, managed

MOST_KEPT = 2  # networks of one file: a workflow alternates between two bases, or between one with and without a LoRA


class BaseWeights(Mapping[str, Tensor]):
    """The UNet's weights in fp32 on the device it is sampled on, one at a time, with its LoRAs.

    They do not depend on where ComfyUI keeps them, or on whether it bakes patches in or applies them on the fly.
    """

    def __init__(self, patcher: comfy.model_patcher.ModelPatcher):
        self.patcher = patcher
        self.names = dict.fromkeys(name for name, _ in patcher.model.diffusion_model.named_parameters())

    def __getitem__(self, name: str) -> Tensor:
        if name not in self.names:
            raise KeyError(name)
        key = f"diffusion_model.{name}"
        weight, _, dequantised = comfy.model_patcher.get_key_weight(self.patcher.model, key)
        if key in self.patcher.backup:  # as it was before patches were baked in
            weight = self.patcher.backup[key].weight
        weight = comfy.model_management.cast_to_device(weight, self.patcher.load_device, torch.float32, copy=True)
        if dequantised is not None:
            weight = dequantised(weight, inplace=True)
        return comfy.lora.calculate_weight(self.patcher.patches.get(key, []), weight, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class Bindings:
    """The networks of one relative model, by base; shared by all controls applied from one load of a file.

    A network is dropped with its base, and when others were used more recently.
    """

    def __init__(self, model: RelativeModel):
        self.model = model
        self.kept: dict[tuple, Network] = {}  # the most recent last

    def on(self, base: comfy.model_base.BaseModel) -> Network:
        patcher, dtype = base.current_patcher, base.get_dtype_inference()
        identity = (id(base.diffusion_model), patcher.patches_uuid, patcher.load_device, dtype)
        network = self.kept.pop(identity, None) or self._bound(base, dtype)
        self.kept[identity] = network
        while len(self.kept) > MOST_KEPT:
            self.kept.pop(next(iter(self.kept)))
        place(network.patcher)
        return network

    def patchers(self) -> list[comfy.model_patcher.ModelPatcher]:
        """The one network that there is; of several none, because the base that tells which is not known yet."""
        return [network.patcher for network in self.kept.values()] if len(self.kept) == 1 else []

    def memory_to_come(self, dtype: torch.dtype) -> int:
        """The network's size, while ComfyUI cannot count it among `patchers`; no base computes in less than 2 bytes."""
        size = max(2, comfy.model_management.dtype_size(dtype))
        return 0 if self.patchers() else self.model.bound_size * size

    def on_device(self, device: torch.device) -> "Bindings":
        return Bindings(self.model)

    def _bound(self, base: comfy.model_base.BaseModel, dtype: torch.dtype) -> Network:
        patcher = base.current_patcher
        backend = Backend(comfy.ops.pick_operations(dtype, dtype), comfy_attention)
        offload_device = comfy.model_management.unet_offload_device()
        network = self.model.bound(BaseWeights(patcher), backend, dtype, offload_device)
        unet = base.diffusion_model
        weakref.finalize(unet, _forget, weakref.ref(self), id(unet)).atexit = False
        return managed(network, dtype, patcher.load_device, patcher.is_dynamic())


def place(patcher: comfy.model_patcher.ModelPatcher) -> None:
    """Load a model in the middle of a run, beside all that the run has loaded, into what it left free."""
    loaded = comfy.model_management.loaded_models(only_currently_used=True)
    used = [model for model in loaded if model is not None]  # its patcher died before it did
    if patcher not in used:
        free = comfy.model_management.get_free_memory(patcher.load_device)
        reserved = (
            1.1 * patcher.model_size() + comfy.model_management.extra_reserved_memory()
        )  # as load_models_gpu does
        comfy.model_management.load_models_gpu([*used, patcher], memory_required=max(0, free - reserved))


def _forget(bindings: weakref.ref, unet: int) -> None:
    if (found := bindings()) is not None:
        for identity in [identity for identity in found.kept if identity[0] == unet]:
            del found.kept[identity]
