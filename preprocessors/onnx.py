"""Weights out of ONNX files: the initialisers of the graph, and nothing of what the graph would compute.

The numbers of fields and types are those of onnx/onnx.proto (Apache-2.0). A tensor must have exactly the bytes that
its shape asks for, and have them inside the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import UnreadableFile
from .protobuf import Field, fields, integers

LARGEST = 2**31 - 1  # bytes of a file, Protocol Buffers' own limit
MOST_DIMENSIONS = 8
GRAPH = 7  # of a model
NODE, INITIALISER, SPARSE_INITIALISER = 1, 5, 15  # of a graph
INPUT = 1  # of a node
DIMENSIONS, TYPE, SEGMENT, FLOATS, INTEGERS, NAME, RAW, DOUBLES, EXTERNAL, LOCATION = 1, 2, 3, 4, 7, 8, 9, 10, 13, 14
DTYPES = {
    1: torch.float32,
    2: torch.uint8,
    3: torch.int8,
    5: torch.int16,
    6: torch.int32,
    7: torch.int64,
    9: torch.uint8,  # bool: a byte each
    10: torch.float16,
    11: torch.float64,
    16: torch.bfloat16,
}
TYPED = {torch.float32: FLOATS, torch.float64: DOUBLES}


@dataclass(frozen=True)
class Initialiser:
    """A tensor of the file, whose numbers are still on the disk."""

    name: str
    dtype: torch.dtype
    shape: tuple[int, ...]
    data: memoryview

    def tensor(self) -> Tensor:
        if not len(self.data):
            return torch.empty(self.shape, dtype=self.dtype)
        return torch.frombuffer(bytearray(self.data), dtype=self.dtype).reshape(self.shape)


def read_onnx(path: Path, outline: bool = False) -> dict[str, Tensor]:
    """The weights by their names, in the order in which the graph first uses them; unused ones follow.

    Exporters number the weights that they change (fuse with a norm, transpose): their order and shapes are all that
    tells what they are. `outline` gives tensors on the meta device and reads no weights.

    Raises:
        UnreadableFile: the file is damaged, no ONNX model, or keeps weights elsewhere or in a form that is not read.
    """
    size = path.stat().st_size
    if not 0 < size <= LARGEST:
        raise UnreadableFile(f"{path.name} has {size:,} bytes; an ONNX file has 1 to {LARGEST:,}. Get it again.")
    try:
        found = _in_order(memoryview(np.memmap(path, np.uint8, "r")))
    except ValueError as error:
        raise UnreadableFile(
            f"{path.name} cannot be read: {error}. If it was not damaged or cut off, get another form of it."
        ) from error
    if not found:
        raise UnreadableFile(f"{path.name} holds no weights.")
    return {
        one.name: torch.empty(one.shape, dtype=one.dtype, device="meta") if outline else one.tensor() for one in found
    }


def _in_order(model: memoryview) -> list[Initialiser]:
    graph = next(_of_bytes(fields(model), GRAPH), None)
    if graph is None:
        raise ValueError("there is no graph in it")
    parts = list(fields(graph))
    if any(number == SPARSE_INITIALISER for number, _ in parts):
        raise ValueError("its weights are sparse, which are not read")
    found = [_initialiser(message) for message in _of_bytes(parts, INITIALISER)]
    names = (bytes(name) for node in _of_bytes(parts, NODE) for name in _of_bytes(fields(node), INPUT))
    place = {name: index for index, name in enumerate(dict.fromkeys(names))}
    if len({one.name for one in found}) < len(found):
        raise ValueError("two weights have the same name")
    return sorted(found, key=lambda one: place.get(one.name.encode(), len(place)))


def _of_bytes(found: Iterator[Field] | list[Field], wanted: int) -> Iterator[memoryview]:
    for number, value in found:
        if number == wanted:
            if isinstance(value, int):
                raise ValueError(f"field {number} holds a number where bytes were expected")
            yield value


def _initialiser(message: memoryview) -> Initialiser:
    parts = list(fields(message))
    name = str(next(_of_bytes(parts, NAME), b""), "utf-8")
    if any(number in (EXTERNAL, SEGMENT) or (number == LOCATION and value) for number, value in parts):
        raise ValueError(f"{name} lies in another file, or in parts")
    kind = next((value for number, value in parts if number == TYPE and isinstance(value, int)), None)
    if kind not in DTYPES:
        raise ValueError(f"{name} is of a type that is not read")
    dtype, shape = DTYPES[kind], tuple(_integers(parts, DIMENSIONS))
    data = _data(parts, dtype)
    sensible = len(shape) <= MOST_DIMENSIONS and all(0 <= side <= LARGEST for side in shape)
    if not sensible or prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"{name} has {len(data):,} bytes for the shape {list(shape)[: MOST_DIMENSIONS + 1]}")
    return Initialiser(name, dtype, shape, data)


def _data(parts: list[Field], dtype: torch.dtype) -> memoryview:
    """The bytes of a tensor, little-endian, whichever of its fields they are in."""
    found = list(_of_bytes(parts, RAW)) or list(_of_bytes(parts, TYPED.get(dtype, RAW)))
    if dtype is torch.int64 and not found:
        found = [memoryview(np.array(list(_integers(parts, INTEGERS)), "<i8").tobytes())]
    if len(found) > 1:
        raise ValueError("the numbers of a weight are in parts")
    return found[0] if found else memoryview(b"")


def _integers(parts: list[Field], wanted: int) -> Iterator[int]:
    return (integer for number, value in parts if number == wanted for integer in integers(value))
