"""Networks with published weights: what their files are, where they come from, and how to build what they fill."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IncompatibleCheckpoint

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Published:
    """One file as its authors publish it: its name here, its bytes and SHA-256 where they are known, its licence."""

    name: str
    url: str
    size: int | None
    sha256: str | None
    licence: str
    non_commercial: bool = False


def unwrapped(weights: Weights) -> dict[str, Tensor]:
    """The weights without what trainers put around all names: "module.", "model.", or a checkpoint's "state_dict."."""
    for prefix in ("state_dict.", "module.", "model."):
        inside = {key.removeprefix(prefix): tensor for key, tensor in weights.items() if key.startswith(prefix)}
        if inside and (len(inside) == len(weights) or prefix == "state_dict."):
            return unwrapped(inside)
    return dict(weights)


@dataclass(frozen=True)
class Pretrained:
    """A network and the files that fit it; the first of `files` is the one to have if there is none.

    `canonical` gives weights the names and layout that the network has, and leaves those that have them. It is asked of
    any file, also of another network's, and of tensors on the meta device; `signature` are keys that only this
    network's have after it. `build(canonical weights, ops)` returns the module in which exactly these weights have a
    place; it may read sizes from their shapes. If it is `filled`, `build` has put them there, as transformers'
    `from_pretrained` does. If it is `channels_last`, its convolutions are faster on a CPU in that memory format.
    """

    id: str
    signature: tuple[str, ...]
    build: Callable[[Weights, Any], nn.Module]
    files: tuple[Published, ...]
    canonical: Callable[[Weights], dict[str, Tensor]] = unwrapped
    filled: bool = False
    channels_last: bool = False

    def fits(self, weights: Weights) -> bool:
        return set(self.signature) <= self.canonical(weights).keys()

    def load(self, weights: Weights, ops: Any, name: str) -> nn.Module:
        """The network with the weights of the file `name`, in fp32 and of its own memory, ready to be asked.

        Raises:
            IncompatibleCheckpoint: weights are missing, unknown, or of another shape.
        """
        if not self.fits(weights):
            raise IncompatibleCheckpoint(
                f"{name} holds no weights of {self.id}: there is no {self.signature[0]} in it."
            )
        own = {key: _full(weight) for key, weight in self.canonical(weights).items()}
        try:
            network = self.build(own, ops)
            if not self.filled:
                network.load_state_dict(own, assign=True)
        except (KeyError, RuntimeError) as error:
            raise IncompatibleCheckpoint(
                f"{name} looks like {self.id}, but its weights do not fit. Is the file complete? Download it again. "
                f"({error})"
            ) from error
        return network.eval().requires_grad_(False)


def _full(weight: Tensor) -> Tensor:
    return weight.to(torch.float32 if weight.is_floating_point() else weight.dtype, copy=True).contiguous()
