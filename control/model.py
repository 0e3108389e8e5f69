"""The two ways a network controls a UNet: by residuals it can compute alone, or by patches run inside it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from torch import Tensor, nn

from ..errors import WrongControl
from .residuals import Block, Residuals
from .scale import Scale
from .step import Step
from .unet_shape import UNetShape
from .weights import Places

Patches = dict[str, list[Callable[..., Any]]]
"""Functions for the host to run inside the UNet, by patch point ("attn1", "input_block", "output_block", ...)."""


class ControlOutput(NamedTuple):
    residuals: Residuals
    patches: Patches


class ControlModel(nn.Module, ABC):
    """A loaded control network.

    `downscale_factor` is the number of hint pixels per latent pixel; `hint_channels` is what `encode` accepts, in
    sizes that are multiples of `hint_multiple`; `base` is the shape of the UNets that it fits; `places` are those
    where it acts; `variant` tells it from others of its family, in words. `types` are the names of the kinds of hint
    that it tells apart, by number. `hole` is what a hint for inpainting has where the image is to be made. `metadata`
    is what the header of its file says, and `name` what the file is called, empty where there is none.
    """

    base: UNetShape
    places: Places
    downscale_factor: int = 8
    hint_channels: int = 3
    hint_multiple: int = 1
    variant: str = ""
    types: tuple[str, ...] = ()
    hole: float = -1.0
    metadata: Mapping[str, str] = MappingProxyType({})
    name: str = ""

    def encode(self, hint: Tensor) -> Any:
        """What depends on the hint alone: called once per size, then given to every step."""
        return hint

    def typed(self, types: Sequence[int]) -> "ControlModel":
        """The same network for hints of these types, by number; with none, for a hint of any type.

        Raises:
            WrongControl: the network does not know one of them.
        """
        if types:
            raise WrongControl(
                f"A type was chosen (number {types[0]}), but this control model knows no types of hint. "
                "Load a ControlNet Union, or apply this one without a type."
            )
        return self

    @abstractmethod
    def output(self, step: Step, encoded: Any, scale: Scale) -> ControlOutput: ...


class ResidualModel(ControlModel):
    """A network that computes its residuals without looking inside the UNet (ControlNet, T2I-Adapter)."""

    @abstractmethod
    def residuals(self, step: Step, encoded: Any, wanted: Collection[Block]) -> Residuals:
        """Unscaled residuals of the `wanted` blocks, with no work behind the last of them."""

    def output(self, step: Step, encoded: Any, scale: Scale) -> ControlOutput:
        wanted = [block for block in self.places.blocks if scale.acts(block)]
        return ControlOutput({block: scale(block, r) for block, r in self.residuals(step, encoded, wanted).items()}, {})


class PatchModel(ControlModel):
    """A network interleaved with the UNet (ControlNet-XS, LLLite). Its state lives in the closures of one step."""

    @abstractmethod
    def patches(self, step: Step, encoded: Any, scale: Scale) -> Patches:
        """Functions for this step only; each passes its own delta through `scale`."""

    def output(self, step: Step, encoded: Any, scale: Scale) -> ControlOutput:
        return ControlOutput({}, self.patches(step, encoded, scale))
