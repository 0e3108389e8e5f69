"""Where in the image a control acts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor

from .area import Area
from .hint import Batching, pick
from .step import Step


@dataclass(frozen=True, eq=False)
class Mask:
    """(B, 1, H, W) in [0, 1] of any size; 1 is full strength. Several belong to the images of a batch as hints do."""

    pixels: Tensor
    batching: Batching = "cycle"
    _sizes: dict = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def is_empty(self) -> bool:
        return not self.pixels.any()

    @cached_property
    def is_full(self) -> bool:
        return bool((self.pixels == 1.0).all())

    def at(self, step: Step, batching: Batching | None = None) -> "MaskAtStep":
        return MaskAtStep(self, step, batching or self.batching)

    def resized(self, size: tuple[int, int], device: torch.device, area: Area | None = None) -> Tensor:
        """fp32, bilinear without antialiasing, as sd-webui-controlnet resizes its effective region mask."""
        key = (size, device, area)
        if key not in self._sizes:
            pixels = self.pixels.to(device, torch.float32)
            resized = F.interpolate(pixels, size, mode="bilinear") if area is None else area.resized(pixels, size)
            self._sizes[key] = resized.clamp(0.0, 1.0)
        return self._sizes[key]


@dataclass(frozen=True, eq=False)
class MaskAtStep:
    """(height, width) -> the mask for the rows of a step."""

    mask: Mask
    step: Step
    batching: Batching

    def __call__(self, size: tuple[int, int]) -> Tensor:
        def of(area: Area | None) -> Tensor:
            area = area.within(self.step.tile) if area and self.step.tile else area or self.step.tile
            return pick(self.mask.resized(size, self.step.x.device, area), self.step.images, self.batching)

        return self.step.each(of)


@dataclass(frozen=True)
class Overlap:
    """(height, width) -> the product of several masks."""

    masks: tuple[MaskAtStep, ...]

    def __call__(self, size: tuple[int, int]) -> Tensor:
        return prod(mask(size) for mask in self.masks)


def overlap(masks: Sequence[MaskAtStep]) -> MaskAtStep | Overlap | None:
    """Where all of them act; None where they leave nothing out."""
    found = tuple(mask for mask in masks if not mask.mask.is_full)
    if not found:
        return None
    return found[0] if len(found) == 1 else Overlap(found)


def effect_mask(mask: Tensor, batching: Batching = "cycle") -> Mask:
    """A MASK (B, H, W) in [0, 1] as the place of effect."""
    return Mask(mask.reshape(-1, 1, *mask.shape[-2:]).float().clamp(0.0, 1.0), batching)


def shaped(mask: Tensor, feather: int = 0, invert: bool = False) -> Tensor:
    """A MASK (B, H, W) in [0, 1], inverted first and then faded.

    `feather` is the radius in pixels over which its border fades inwards and outwards, by a box blur twice.
    """
    pixels = mask.reshape(-1, 1, *mask.shape[-2:]).float().clamp(0.0, 1.0)
    pixels = 1.0 - pixels if invert else pixels
    for _ in range(2 if feather else 0):
        padded = F.pad(pixels, [feather] * 4, mode="replicate")
        pixels = F.avg_pool2d(padded, 2 * feather + 1, stride=1)
    return pixels[:, 0]
