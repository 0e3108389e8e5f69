"""Which base model is being sampled, in the words of control/."""

import weakref
from collections.abc import Mapping
from typing import Any

import comfy.model_base
from torch import Tensor

from ..control.layers.resnet import timestep_embedding
from ..control.unet_shape import UNKNOWN, UNetShape, encoder_widths
from ..errors import WrongBaseModel


def unet_shape(model: comfy.model_base.BaseModel) -> UNetShape | None:
    """The shape of the model's UNet; None for models that are no UNet (Flux, SD3, ...)."""
    return shape_of(model.model_config.unet_config)


def shape_of(config: Mapping[str, Any]) -> UNetShape | None:
    """The same from ComfyUI's description of a network."""
    if "model_channels" not in config or "channel_mult" not in config:
        return None
    multipliers, blocks = config["channel_mult"], config["num_res_blocks"]
    widths = encoder_widths(
        config["model_channels"],
        multipliers,
        blocks if isinstance(blocks, list | tuple) else [blocks] * len(multipliers),
    )
    return UNetShape(widths, config.get("context_dim") or UNKNOWN, config.get("adm_in_channels"))


class ComfyUNet:
    """The UNet being sampled, as a `BaseUNet`; it does not keep it alive, because controls outlive their runs."""

    def __init__(self, model: comfy.model_base.BaseModel):
        self.held, self.dtype = weakref.ref(model.diffusion_model), model.get_dtype_inference()

    def time_embedding(self, timesteps: Tensor) -> Tensor:
        unet = self.held()
        return unet.time_embed(timestep_embedding(timesteps, unet.model_channels).to(self.dtype))

    def label_embedding(self, y: Tensor) -> Tensor:
        return self.held().label_emb(y.to(self.dtype))


def check_base(control: UNetShape, model: comfy.model_base.BaseModel) -> None:
    """Let a control act only on a base that it fits; ComfyUI would drop its residuals with a log line.

    Raises:
        WrongBaseModel: it does not fit.
    """
    if wrong := mismatch(control, unet_shape(model), type(model).__name__):
        raise WrongBaseModel(wrong)


def mismatch(control: UNetShape, base: UNetShape | None, name: str) -> str | None:
    """Why a control does not fit a base, which is no UNet but `name` where it has no shape; None where it fits."""
    if base is not None and control.fits(base):
        return None
    found = name if base is None else base.name
    return (
        f"This control model is for {control.name}, but the model being sampled is {found}. "
        "Load a control model made for this base, or the base that this one was made for."
    )
