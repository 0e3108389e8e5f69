"""From a file on disk to a checkpoint: with its weights, or with their shapes alone."""

import json
import pickle
import zipfile
from pathlib import Path

import comfy.utils
import safetensors
import torch
from torch import Tensor

from ..control.checkpoint import Checkpoint
from ..errors import UnreadableFile
from ..preprocessors.onnx import read_onnx

SAFETENSORS = (".safetensors", ".sft")
ONNX = ".onnx"
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
"""The names that safetensors headers have for dtypes."""
ERRORS_OF_READERS = (
    safetensors.SafetensorError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    json.JSONDecodeError,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
)


def read_checkpoint(path: Path, name: str) -> Checkpoint:
    """
    Raises:
        UnreadableFile: the file is empty, damaged, or holds something else than tensors.
    """
    _refuse_empty(path, name)
    if path.suffix.lower() == ONNX:
        return Checkpoint(read_onnx(path), name)
    try:
        held, metadata = comfy.utils.load_torch_file(str(path), safe_load=True, return_metadata=True)
    except ERRORS_OF_READERS as error:
        raise UnreadableFile(f"{name} cannot be read: {_reason(path, error)}") from error
    return Checkpoint(_named(held, name), name, metadata or {})


def read_outline(path: Path, name: str) -> Checkpoint:
    """The checkpoint on the meta device: a file's names and shapes, without reading its weights where it can be helped.

    Raises:
        UnreadableFile: as `read_checkpoint`, or a tensor is of a dtype that has no name here.
    """
    _refuse_empty(path, name)
    if path.suffix.lower() == ONNX:
        return Checkpoint(read_onnx(path, outline=True), name)
    if path.suffix.lower() not in SAFETENSORS:
        return Checkpoint({key: tensor.to("meta") for key, tensor in _mapped(path, name).items()}, name)
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            slices, metadata = {key: file.get_slice(key) for key in file.keys()}, file.metadata()
            outline = {key: (piece.get_shape(), piece.get_dtype()) for key, piece in slices.items()}
    except ERRORS_OF_READERS as error:
        raise UnreadableFile(f"{name} cannot be read: {_reason(path, error)}") from error
    if unknown := {dtype for _, dtype in outline.values()} - DTYPES.keys():
        raise UnreadableFile(f"{name} stores numbers as {', '.join(sorted(unknown))}, which no control model does.")
    tensors = {key: torch.empty(shape, dtype=DTYPES[dtype], device="meta") for key, (shape, dtype) in outline.items()}
    return Checkpoint(tensors, name, metadata or {})


def _mapped(path: Path, name: str) -> dict[str, Tensor]:
    """The tensors of a pickle, unwrapped as ComfyUI does it; those of the newer, zipped form stay on the disk."""
    try:
        held = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except ERRORS_OF_READERS as error:
        raise UnreadableFile(f"{name} cannot be read: {_reason(path, error)}") from error
    if isinstance(held, dict):
        inner = held.get("state_dict", next(iter(held.values())) if len(held) == 1 else held)
        held = inner if isinstance(inner, dict) else held
    return _named(held, name)


def _named(held: object, name: str) -> dict[str, Tensor]:
    """
    Raises:
        UnreadableFile: there are no tensors, or none with names.
    """
    if not isinstance(held, dict):
        raise UnreadableFile(f"{name} holds {type(held).__name__} instead of named weights. It is no model file.")
    weights = {key: value for key, value in held.items() if isinstance(value, Tensor)} or _nested(held)
    if not weights:
        raise UnreadableFile(f"{name} holds no weights. It is no model file.")
    return weights


def _nested(held: object, prefix: str = "") -> dict[str, Tensor]:
    """The tensors of dicts and lists in each other, by the path of keys to each."""
    if isinstance(held, Tensor):
        return {prefix: held}
    items = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, (list, tuple)) else ()
    found: dict[str, Tensor] = {}
    for key, value in items:
        found |= _nested(value, f"{prefix}.{key}" if prefix else str(key))
    return found


def _refuse_empty(path: Path, name: str) -> None:
    if path.stat().st_size == 0:
        raise UnreadableFile(f"{name} is empty. The download or copy failed; get the file again.")


def _reason(path: Path, error: Exception) -> str:
    if path.suffix.lower() in SAFETENSORS:
        return (
            "it is damaged, cut off, or no safetensors file at all. Compare its size with the download page and get it "
            f"again. ({error})"
        )
    if isinstance(error, pickle.UnpicklingError) and "global" in str(error).lower():
        return "it holds Python code besides weights, which is never run. Get the .safetensors version of it."
    return f"it is damaged or cut off. Get it again, as .safetensors if there is one. ({error})"
