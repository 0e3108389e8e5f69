"""New control networks for a MODEL."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import comfy.controlnet
import torch
from comfy.model_patcher import ModelPatcher
from torch import Tensor

from ..control.checkpoint import Checkpoint
from ..control.model import ControlModel
from ..control.relative import RelativeModel
from ..control.training.controlnet import NewControlNet
from ..control.training.controlnet_xs import NewControlNetXS
from ..control.training.lllite import NewLLLite
from ..control.training.t2i_adapter import NewT2IAdapter
from ..errors import WrongBaseModel, WrongControl
from .base_model import unet_shape
from .binding import BaseWeights
from .loading import our_control, recognised
from .sampling import ComfyControl
from .teaching import gradients


class NewNetwork(Protocol):
    def checkpoint(self, unet: Mapping[str, Tensor]) -> Checkpoint: ...


Choices = Mapping[str, Any]


def _controlnet(unet: Choices, chosen: Choices) -> NewNetwork:
    """Stable Diffusion 1.x has a number of heads, and leaves their width open with -1."""
    told = unet.get("num_head_channels", -1)
    return NewControlNet(head_channels=told if told > 0 else None)


def _xs(unet: Choices, chosen: Choices) -> NewNetwork:
    width = max(1, round(unet["model_channels"] * chosen["ratio"]))
    learned = chosen["learned_time_embedding"]
    return NewControlNetXS(width, kind=chosen["type"], infusion=chosen["infusion"], learn_embedding=learned)


def _adapter(unet: Choices, chosen: Choices) -> NewNetwork:
    return NewT2IAdapter()


def _lllite(unet: Choices, chosen: Choices) -> NewNetwork:
    return NewLLLite(chosen["hint_features"], chosen["width"])


FAMILIES: Mapping[str, Callable[[Choices, Choices], NewNetwork]] = {
    "ControlNet": _controlnet,
    "ControlNet-XS": _xs,
    "T2I-Adapter": _adapter,
    "ControlNet-LLLite": _lllite,
}


def create_control(patcher: ModelPatcher, family: str, chosen: Choices, seed: int) -> ComfyControl:
    """A new control in fp32 for the MODEL as it is, its LoRAs included; the same for the same seed.

    Raises:
        WrongBaseModel: the MODEL is no UNet.
    """
    if unet_shape(patcher.model) is None:
        raise WrongBaseModel(
            f"{type(patcher.model).__name__} is no UNet. New controls are for Stable Diffusion 1.x, 2.x and SDXL."
        )
    new = FAMILIES[family](patcher.model.model_config.unet_config, chosen)
    with gradients(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return hosted(new.checkpoint({key: weight.cpu() for key, weight in BaseWeights(patcher).items()}))


def with_own_weights(control: comfy.controlnet.ControlBase, what: str) -> ControlModel:
    """The network of a control that is to be `what`: "trained", "saved".

    Raises:
        WrongControl: its weights are relative to a base, or it is of another pack.
    """
    if not isinstance(control, ComfyControl) or isinstance(control.source.model, RelativeModel):
        raise WrongControl(
            f"Only control models with weights of their own can be {what}: no Control-LoRA, no other pack's."
        )
    return control.source.model


def hosted(checkpoint: Checkpoint) -> ComfyControl:
    return our_control(checkpoint, *recognised(checkpoint), torch.float32)
