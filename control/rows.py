"""The parts of a batch on which a control acts, where it does not act on all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rows:
    """A batch of `parts` equal parts, of which those numbered `acting` are under control."""

    parts: int
    acting: tuple[int, ...]

    @property
    def all(self) -> bool:
        return len(self.acting) == self.parts

    def take(self, whole: Tensor) -> Tensor:
        """The rows under control. A batch of 1 stands for every row."""
        if self.all or whole.shape[0] == 1:
            return whole
        parts = whole.chunk(self.parts)
        return torch.cat([parts[n] for n in self.acting])

    def put(self, whole: Tensor, some: Tensor) -> Tensor:
        """`whole` with `some`, as `take` gives it, in the place of its rows."""
        if self.all:
            return some
        parts = list(whole.chunk(self.parts))
        taken = some.expand(len(self.acting) * parts[0].shape[0], *some.shape[1:]).chunk(len(self.acting))
        for n, part in zip(self.acting, taken):
            parts[n] = part
        return torch.cat(parts)

    def spread(self, some: Tensor, batch: int) -> Tensor:
        """`some` among zeros, for a batch of that size."""
        return self.put(some.new_zeros(batch, *some.shape[1:]), some)

    def patch(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A patch of the UNet that sees these rows alone of every tensor it is given, and changes these alone."""

        def on_rows(*given: Any) -> Any:
            tensors = [value for value in given if isinstance(value, Tensor)]
            answer = function(*(self.take(value) if isinstance(value, Tensor) else value for value in given))
            if isinstance(answer, Tensor):
                return self.put(tensors[0], answer)
            return tuple(self.put(whole, some) for whole, some in zip(tensors, answer))

        return function if self.all else on_rows
