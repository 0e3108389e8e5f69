"""The control image, in the channels, the size and the number that a network takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import MissingInput

Batching = Literal["cycle", "hold", "error"]
Resizing = Literal["crop", "stretch", "fit", "fill edge"]
Filter = Literal["nearest", "area", "bicubic", "auto"]

FEW_COLOURS = (
    200  # a map with fewer is one of labels or lines, which no filter may mix; sd-webui-controlnet, high_quality_resize
)


@dataclass(frozen=True)
class Fit:
    """How an image of another shape is brought to the latent's, and a batch of another length to the latents'.

    The defaults are ComfyUI's: cropped at the centre, the nearest pixel, and from the start again.
    """

    resizing: Resizing = "crop"
    filter: Filter = "nearest"
    batching: Batching = "cycle"


def fit_channels(hint: Tensor, channels: int) -> Tensor:
    """(B, C, H, W) in [0, 1] with C of 1, 2, 3 or 4 as (B, channels, H, W).

    Alpha is composited over black, because black is "nothing here" in every control map. Colour becomes one channel by
    its mean, as ComfyUI does for one-channel adapters.

    Raises:
        MissingInput: there is no such conversion.
    """
    hint = over_black(hint)
    if hint.shape[1] == channels:
        return hint
    if hint.shape[1] == 1:
        return hint.expand(-1, channels, -1, -1)
    if channels == 1:
        return torch.mean(hint, dim=1, keepdim=True)
    raise MissingInput(
        f"This control model takes a hint of {channels} channels, and the image has {hint.shape[1]}. "
        "Connect the image that its preprocessor makes."
    )


def over_black(hint: Tensor) -> Tensor:
    """(B, C, H, W) without its alpha channel, which images of 2 or 4 channels have."""
    return hint[:, :-1] * hint[:, -1:] if hint.shape[1] in (2, 4) else hint


def with_hole(hint: Tensor, mask: Tensor, value: float) -> Tensor:
    """(B, C, H, W) in [0, 1] with `value` where the mask (B, 1, h, w), resized to it, is above a half.

    ControlNet 1.1 inpaint, lllyasviel/ControlNet-v1-1-nightly, gradio_inpaint.py, has -1 there.
    """
    hint = over_black(hint)
    mask = F.interpolate(mask.to(hint), hint.shape[2:], mode="bilinear")
    places = range(max(hint.shape[0], mask.shape[0]))
    return pick(hint, places).masked_fill(pick(mask, places) > 0.5, value)


def fit_size(hint: Tensor, size: tuple[int, int], fit: Fit = Fit()) -> Tensor:
    """(B, C, h, w) as (B, C, *size).

    "crop" cuts to the shape at the centre, "stretch" ignores it, "fit" keeps the whole image between black bars and
    "fill edge" continues its border over them.
    """
    if fit.resizing == "crop":
        hint = _cropped(hint, size)
    if fit.resizing in ("crop", "stretch"):
        return _resized(hint, size, fit.filter)
    ratio = min(size[0] / hint.shape[2], size[1] / hint.shape[3])
    inner = tuple(min(most, max(1, round(side * ratio))) for side, most in zip(hint.shape[2:], size))
    top, left = ((outer - side) // 2 for outer, side in zip(size, inner))
    edges = (left, size[1] - inner[1] - left, top, size[0] - inner[0] - top)
    return F.pad(_resized(hint, inner, fit.filter), edges, mode="constant" if fit.resizing == "fit" else "replicate")


def pick(images: Tensor, places: Sequence[int], batching: Batching = "cycle") -> Tensor:
    """The image of each place in the batch of latents, (len(places), ...); one image stands for all, as (1, ...).

    Raises:
        MissingInput: there is more than one image, but none for some place, and `batching` is "error".
    """
    count = images.shape[0]
    if count == 1:
        return images
    if batching == "error" and max(places) >= count:
        raise MissingInput(
            f"There are {count} images for {max(places) + 1} latents. Give one, or one for each; or let Control "
            "Options repeat them (batch: cycle or hold)."
        )
    chosen = [place % count if batching == "cycle" else min(place, count - 1) for place in places]
    return images if chosen == list(range(count)) else torch.cat([images[n : n + 1] for n in chosen])


def _cropped(hint: Tensor, size: tuple[int, int]) -> Tensor:
    """The largest part of the wanted shape at the centre, rounded as comfy.utils.common_upscale rounds."""
    height, width = hint.shape[2:]
    wanted, found = size[1] / size[0], width / height
    x = round((width - width * (wanted / found)) / 2) if found > wanted else 0
    y = round((height - height * (found / wanted)) / 2) if found < wanted else 0
    return hint[..., y : height - y, x : width - x]


def _resized(hint: Tensor, size: tuple[int, int], filter: Filter) -> Tensor:
    if tuple(hint.shape[2:]) == tuple(size):
        return hint
    if filter == "auto":
        filter = _suited(hint, size)
    if filter == "bicubic":
        return F.interpolate(hint, size, mode="bicubic", antialias=True).clamp(hint.min(), hint.max())
    return F.interpolate(hint, size, mode="area" if filter == "area" else "nearest-exact")


def _suited(hint: Tensor, size: tuple[int, int]) -> Filter:
    colours = (hint[:1] * 255).round().flatten(2).unique(dim=2).shape[2]
    if colours < FEW_COLOURS:
        return "nearest"
    return "area" if size[0] * size[1] < hint.shape[2] * hint.shape[3] else "bicubic"
