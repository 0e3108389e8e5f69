"""Which UNet: the sizes that tell one base model from another, and the name people know it by."""

from collections.abc import Sequence
from dataclasses import dataclass

FAMILIES = {
    (320, 768, None): "Stable Diffusion 1.x",
    (320, 1024, None): "Stable Diffusion 2.x",
    (320, 1024, 1536): "Stable Diffusion 2.1 unCLIP-H",
    (320, 1024, 2048): "Stable Diffusion 2.1 unCLIP-L",
    (320, 2048, 2816): "SDXL",
    (384, 1280, 2560): "SDXL refiner",
}
UNKNOWN_CONTEXT = 0


@dataclass(frozen=True)
class UNetShape:
    """`widths` are the channels after each input block (C0, C1, ...); the middle block has the last of them.

    `context_dim` is the width of the text embedding, or UNKNOWN_CONTEXT where a network without cross-attention cannot
    tell. `y_dim` is the width of the vector conditioning, None without one.
    """

    widths: tuple[int, ...]
    context_dim: int
    y_dim: int | None = None

    @property
    def name(self) -> str:
        """The family's name, or its sizes where it has none."""
        for (width, context, y), family in FAMILIES.items():
            if (self.widths[0], self.y_dim) == (width, y) and self.context_dim in (context, UNKNOWN_CONTEXT):
                return family
        y = "" if self.y_dim is None else f", vector {self.y_dim}"
        return f"a UNet of width {self.widths[0]} with {len(self.widths)} input blocks (text {self.context_dim}{y})"

    def fits(self, base: "UNetShape") -> bool:
        """Whether a control of this shape can act on `base`."""
        same_text = self.context_dim in (base.context_dim, UNKNOWN_CONTEXT)
        return same_text and (self.widths, self.y_dim) == (base.widths, base.y_dim)


def encoder_widths(width: int, multipliers: Sequence[int], blocks: Sequence[int]) -> tuple[int, ...]:
    """Channels after each input block of an ldm UNet: `blocks[level]` residual blocks, and one that halves the size."""
    widths = [width]
    for level, multiplier in enumerate(multipliers):
        halved = level < len(multipliers) - 1
        widths += [width * multiplier] * (blocks[level] + halved)
    return tuple(widths)
