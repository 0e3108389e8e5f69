"""Weights by their published names, initialised as PyTorch initialises its layers."""

from itertools import pairwise

from torch import Tensor, nn

PUBLISHED_HINT = (3, 16, 16, 32, 32, 96, 96, 256)  # widths of the hint encoder, without the last, which is the UNet's


class Weights(dict[str, Tensor]):
    """{key: tensor}, grown layer by layer."""

    def layer(self, name: str, module: nn.Module) -> None:
        """The parameters of `module` under `name`."""
        self.update({f"{name}.{key}": value for key, value in module.state_dict().items()})

    def zero(self, name: str, module: nn.Module) -> None:
        """The same, all zero: what such a layer leads to is unchanged until it has learned."""
        self.update({f"{name}.{key}": value.zero_() for key, value in module.state_dict().items()})

    def hint_encoder(self, widths: tuple[int, ...]) -> None:
        """`input_hint_block`: 3 x 3 convolutions through these widths, the last of them zero."""
        *rest, last = pairwise(widths)
        for i, (inner, outer) in enumerate(rest):
            self.layer(f"input_hint_block.{2 * i}", nn.Conv2d(inner, outer, 3, padding=1))
        self.zero(f"input_hint_block.{2 * len(rest)}", nn.Conv2d(*last, 3, padding=1))
