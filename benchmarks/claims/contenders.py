"""The networks that are compared, in the practice model's size."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ...control.checkpoint import Checkpoint
from ...control.training.controlnet import NewControlNet
from ...control.training.controlnet_xs import NewControlNetXS
from ...control.training.objective import Draw, cubic, uniform
from ...control.training.t2i_adapter import NewT2IAdapter
from ...host.creating import NewNetwork, hosted
from ...host.sampling import ComfyControl
from ...practice.shape import UNET
from ...practice.training.control import HINT_CHANNELS

HEAD = UNET["num_head_channels"]
CONTROLNET, ADAPTER, CHOSEN = "ControlNet", "T2I-Adapter", "XS-B 50 %"


def _xs(kind: str, share: float) -> NewControlNetXS:
    """Of a type, with a share of the base's width."""
    width = int(UNET["model_channels"] * share)
    return NewControlNetXS(width, hint=HINT_CHANNELS, head_channels=min(width, HEAD), kind=kind)


CONTENDERS: Mapping[str, NewNetwork] = {
    CONTROLNET: NewControlNet(HINT_CHANNELS, HEAD),
    CHOSEN: _xs("B", 0.5),
    ADAPTER: NewT2IAdapter(),
    "XS-A 50 %": _xs("A", 0.5),
    "XS-C 50 %": _xs("C", 0.5),
    "XS-B 12.5 %": _xs("B", 0.125),
    "XS-B 100 %": _xs("B", 1.0),
}


def draw(name: str) -> Draw:
    """How noise levels are drawn while it learns, as its authors do."""
    return cubic if name == ADAPTER else uniform


def new(name: str, unet: Mapping[str, Tensor], seed: int, zero: bool = True) -> ComfyControl:
    """A network before training. Without `zero` its zero convolutions are Gaussian, of the usual variance."""
    torch.manual_seed(seed)
    checkpoint = CONTENDERS[name].checkpoint(unet)
    if not zero:
        for weight in checkpoint.tensors.values():
            if weight.dim() == 4 and not weight.any():
                weight.normal_(0.0, weight[0].numel() ** -0.5)
    return hosted(Checkpoint(checkpoint.tensors, metadata=checkpoint.metadata))
