"""A part of the whole image, where a sampler shows the UNet only that."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Size(NamedTuple):
    height: int
    width: int


@dataclass(frozen=True)
class Area:
    """`height` x `width` at (`top`, `left`) of a `whole`, all in pixels of one kind: the latent's, or the image's."""

    top: int
    left: int
    height: int
    width: int
    whole: Size

    @property
    def size(self) -> Size:
        return Size(self.height, self.width)

    def times(self, factor: int) -> "Area":
        """In pixels of which `factor` a side make up one of these."""
        whole = Size(self.whole.height * factor, self.whole.width * factor)
        return Area(self.top * factor, self.left * factor, self.height * factor, self.width * factor, whole)

    def within(self, outer: "Area") -> "Area":
        """The same place, where the whole is itself an area of another image; in pixels that divide those of both."""
        down, across = self.whole
        whole = Size(outer.whole.height * down, outer.whole.width * across)
        top, left = outer.top * down + self.top * outer.height, outer.left * across + self.left * outer.width
        return Area(top, left, self.height * outer.height, self.width * outer.width, whole)

    def cut(self, images: Tensor) -> Tensor:
        """Its part of images (B, C, H, W) of the whole's size."""
        return images[..., self.top : self.top + self.height, self.left : self.left + self.width]

    def resized(self, images: Tensor, size: tuple[int, int]) -> Tensor:
        """Its part of images (B, C, H, W) of any size, as (B, C, *size).

        Bilinear without antialiasing, at the places of the whole: the result is what its part of the resized whole is.
        """
        down, across = self.height / self.whole.height, self.width / self.whole.width
        y, x = (2 * self.top + self.height) / self.whole.height - 1, (2 * self.left + self.width) / self.whole.width - 1
        placed = torch.tensor([[[across, 0.0, x], [0.0, down, y]]], device=images.device).expand(len(images), -1, -1)
        grid = F.affine_grid(placed, [*images.shape[:2], *size], align_corners=False)
        return F.grid_sample(images.float(), grid, padding_mode="border", align_corners=False)
