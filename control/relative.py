"""Control models stored relative to their base: they run once they are bound to the UNet being sampled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import WrongBaseModel
from .backend import Backend
from .checkpoint import Checkpoint
from .model import ControlModel, ControlOutput
from .scale import Scale
from .step import Step

Build = Callable[[Checkpoint, Backend], ControlModel]


@dataclass(frozen=True)
class Source:
    """How a file stores one weight: whole (one name), or as the factors up and down of a low-rank product (two).

    Up is (outer, rank, ...), down (rank, inner, ...). `relative`: the base's weight of the same name is added.
    """

    stored: tuple[str, ...]
    relative: bool

    def shape(self, checkpoint: Checkpoint) -> tuple[int, ...]:
        """The weight's own: (outer, inner, ...)."""
        first, last = checkpoint.shape(self.stored[0]), checkpoint.shape(self.stored[-1])
        return (*first[:1], *last[1:])

    def stored_shapes(self, shape: tuple[int, ...], checkpoint: Checkpoint) -> tuple[tuple[int, ...], ...]:
        """What a weight of this shape is stored as; the rank is the file's."""
        if len(self.stored) == 1:
            return (shape,)
        rank = checkpoint.shape(self.stored[-1])[0]
        return (shape[0], rank, *[1] * (len(shape) - 2)), (rank, *shape[1:])


class RelativeModel(ControlModel):
    """The weights as stored. `sources` says of each weight of the network where it comes from.

    `build` makes that network from a checkpoint with its own, whole weights; `bound_size` is their number.
    """

    def __init__(self, checkpoint: Checkpoint, sources: Mapping[str, Source], build: Build, variant: str):
        super().__init__()
        shapes = {key: source.shape(checkpoint) for key, source in sources.items()}
        self.whole = replace(checkpoint, tensors={key: torch.empty(s, device="meta") for key, s in shapes.items()})
        self.sources, self.build, self.variant = sources, build, variant
        network = build(self.whole, Backend())
        self.base, self.places, self.downscale_factor = network.base, network.places, network.downscale_factor
        self.hint_channels, self.hint_multiple = network.hint_channels, network.hint_multiple
        self.bound_size = sum(weight.numel() for weight in network.parameters())
        for key, weight in network.state_dict().items():
            for name, shape in zip(sources[key].stored, sources[key].stored_shapes(tuple(weight.shape), checkpoint)):
                _register(self, name, shape)

    @torch.no_grad()
    def bound(
        self, base: Mapping[str, Tensor], backend: Backend, dtype: torch.dtype, device: torch.device
    ) -> ControlModel:
        """The network on this base, which is asked for its fp32 weights by the UNet's own names.

        Each weight is put together in fp32 where the base's lies, rounded once to `dtype`, and kept on `device`.

        Raises:
            WrongBaseModel: the base lacks a weight, or has it in another shape.
        """
        with torch.device("meta"):
            network = self.build(self.whole, backend)
        stored = self.state_dict()
        weights = {key: self._weight(key, stored, base).to(device, dtype) for key in self.sources}
        network.load_state_dict(weights, assign=True)
        return network.eval().requires_grad_(False)

    def output(self, step: Step, encoded: Any, scale: Scale) -> ControlOutput:
        raise TypeError("a relative model runs only once it is bound to a base")

    def _weight(self, key: str, stored: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> Tensor:
        source, shape = self.sources[key], self.whole.shape(key)
        tensors = [stored[name] for name in source.stored]
        if not source.relative:
            return tensors[0]
        beneath = base.get(key)
        if beneath is None or tuple(beneath.shape) != shape:
            found = "has none of this name" if beneath is None else f"has it in the shape {list(beneath.shape)}"
            raise WrongBaseModel(
                f"This control model changes its base's weight {key}, of shape {list(shape)}, but the model being "
                f"sampled {found}. Load the base that it was made for, or a control model made for this base."
            )
        parts = [tensor.to(beneath.device, torch.float32) for tensor in tensors]
        if len(parts) == 1:
            return beneath + parts[0]
        return beneath + torch.mm(*(part.flatten(1) for part in parts)).reshape(shape)


def _register(module: nn.Module, name: str, shape: tuple[int, ...]) -> None:
    """An empty parameter under a dotted name."""
    *path, last = name.split(".")
    for part in path:
        if part not in dict(module.named_children()):
            module.add_module(part, nn.Module())
        module = module.get_submodule(part)
    module.register_parameter(last, nn.Parameter(torch.empty(shape)))
