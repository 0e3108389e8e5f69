"""What a network sees of an image: its size and its channels."""

from collections.abc import Sequence
from dataclasses import replace

import comfy.controlnet
import comfy.utils
import torch
from torch import Tensor

from ..control.area import Area
from ..control.hint import Fit, fit_channels, fit_size, pick
from ..control.model import ControlModel

LATENT_PIXELS = 8  # image pixels a side for each of the latent, in every VAE that ComfyUI's own controls are made for


def hint_size(model: ControlModel, latent: Sequence[int]) -> tuple[int, int]:
    """(height, width) of the hint for a latent of that size."""
    multiple = model.hint_multiple
    return tuple(-(-side * model.downscale_factor // multiple) * multiple for side in latent)


def fitted(
    model: ControlModel, hint: Tensor, images: Sequence[int], size: tuple[int, int], fit: Fit, area: Area | None = None
) -> Tensor:
    """(B, C, h, w) in the network's channels and size: one for each numbered image of the batch, or one for all.

    Of an area in latent pixels it is the part that the area has of the hint of the whole.
    """
    hint = fit_channels(pick(hint, images, fit.batching), model.hint_channels)
    if area is not None:
        area = area.times(model.downscale_factor)
        hint, fit = area.cut(fit_size(hint, area.whole, fit)), replace(fit, resizing="stretch")
    return fit_size(hint, size, fit)


def core_fitted(control: comfy.controlnet.ControlBase, hint: Tensor, latent: Sequence[int]) -> Tensor:
    """The same for a control of ComfyUI's own; before the VAE, where it has one."""
    ratio = control.compression_ratio * (1 if control.latent_format is None else LATENT_PIXELS)
    height, width = (side * ratio for side in latent)
    adapter = isinstance(control, comfy.controlnet.T2IAdapter)
    if adapter:
        width, height = control.scale_image_to(width, height)
    hint = control.preprocess_image(
        comfy.utils.common_upscale(hint, width, height, control.upscale_algorithm, "center")
    )
    return torch.mean(hint, 1, keepdim=True) if adapter and control.channels_in == 1 else hint
