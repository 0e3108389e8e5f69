"""A state dict with the questions that loaders ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import torch
from torch import Tensor

FLOAT8 = (torch.float8_e4m3fn, torch.float8_e5m2)


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by key, as the file has them. `metadata` is the header's own text, empty for formats without one."""

    tensors: Mapping[str, Tensor]
    name: str = "checkpoint"
    metadata: Mapping[str, str] = field(default_factory=dict)

    def bears(self, pattern: str) -> bool:
        """Whether some key equals `pattern`, in which a `*` stands for any characters."""
        return pattern in self.tensors or ("*" in pattern and any(fnmatchcase(key, pattern) for key in self.tensors))

    def shape(self, key: str) -> tuple[int, ...]:
        return tuple(self.tensors[key].shape)

    def count(self, prefix: str) -> int:
        """Length of the numbered sequence under `prefix`: keys body.0.*, body.1.* count 2."""
        start = f"{prefix}."
        numbers = (key[len(start) :].split(".")[0] for key in self.tensors if key.startswith(start))
        return 1 + max((int(number) for number in numbers if number.isdecimal()), default=-1)

    def part(self, prefix: str) -> "Checkpoint":
        """What stands under `prefix`, a module's name with its dot, by the names inside it."""
        inside = {key.removeprefix(prefix): value for key, value in self.tensors.items() if key.startswith(prefix)}
        return replace(self, tensors=inside)

    def peak(self, key: str) -> float:
        """The largest magnitude in a tensor of floats, NaN where it holds one; read in place, in one pass."""
        tensor = self.tensors[key]
        if tensor.is_meta or not tensor.is_floating_point() or tensor.numel() == 0:
            return 0.0
        low, high = torch.aminmax(tensor.half() if tensor.dtype in FLOAT8 else tensor)
        return max(-float(low), float(high))
