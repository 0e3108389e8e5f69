"""Which UNet: the sizes that tell one base model from another, and the name people know it by."""

from collections.abc import Sequence
from dataclasses import dataclass

UNKNOWN = 0
"""A width that a network without cross-attention or vector conditioning cannot tell; it fits any."""


def encoder_widths(width: int, multipliers: Sequence[int], blocks: Sequence[int]) -> tuple[int, ...]:
    """Channels after each input block of an ldm UNet: `blocks[level]` residual blocks, and one that halves the size."""
    return (width, *widths_of_levels([width * multiplier for multiplier in multipliers], blocks)[1:])


def widths_of_levels(levels: Sequence[int], blocks: Sequence[int]) -> tuple[int, ...]:
    """The same for levels with these channels, the first of which has them from the start."""
    widths = [levels[0]]
    for level, width in enumerate(levels):
        halved = level < len(levels) - 1
        widths += [width] * (blocks[level] + halved)
    return tuple(widths)


@dataclass(frozen=True)
class UNetShape:
    """`widths` are the channels after each input block (C0, C1, ...); the middle block has the last of them.

    `context_dim` is the width of the text embedding, `y_dim` that of the vector conditioning, None without one.
    """

    widths: tuple[int, ...]
    context_dim: int
    y_dim: int | None = None

    @property
    def name(self) -> str:
        """The family's name, or its sizes where it has none."""
        families = [family for family, shape in FAMILIES.items() if self.fits(shape)]
        if families:
            return " or ".join(families)
        y = "" if self.y_dim is None else f", vector {self.y_dim}"
        return f"a UNet of width {self.widths[0]} with {len(self.widths)} input blocks (text {self.context_dim}{y})"

    def fits(self, base: "UNetShape") -> bool:
        """Whether a control of this shape can act on `base`."""
        told = [(self.context_dim, base.context_dim), (self.y_dim, base.y_dim)]
        return self.widths == base.widths and all(mine in (its, UNKNOWN) for mine, its in told)


SD_WIDTHS, XL_WIDTHS = (encoder_widths(320, multipliers, [2] * 4) for multipliers in ((1, 2, 4, 4), (1, 2, 4)))
FAMILIES = {
    "Stable Diffusion 1.x": UNetShape(SD_WIDTHS, 768),
    "Stable Diffusion 2.x": UNetShape(SD_WIDTHS, 1024),
    "Stable Diffusion 2.1 unCLIP-H": UNetShape(SD_WIDTHS, 1024, 1536),
    "Stable Diffusion 2.1 unCLIP-L": UNetShape(SD_WIDTHS, 1024, 2048),
    "SDXL": UNetShape(XL_WIDTHS, 2048, 2816),
    "SDXL refiner": UNetShape(encoder_widths(384, (1, 2, 4, 4), [2] * 4), 1280, 2560),
}
