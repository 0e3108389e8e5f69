"""From a file name to a control that ComfyUI can place on a device."""

import json
import pickle
import zipfile
from pathlib import Path

import comfy.controlnet
import comfy.ldm.modules.attention
import comfy.model_management
import comfy.model_patcher
import comfy.ops
import comfy.utils
import folder_paths
import safetensors
import torch
from torch import Tensor

from .. import discovery
from ..control import architectures
from ..control.architecture import Architecture, Layout, detect
from ..control.backend import Backend
from ..control.checkpoint import FLOAT8, Checkpoint
from ..control.description import describe
from ..control.strangers import name_stranger, strangers_like
from ..errors import IncompatibleCheckpoint, UnknownArchitecture, UnreadableFile
from .practice import practice_controls
from .sampling import ComfyControl

FOLDER = "controlnet"
SAFETENSORS = (".safetensors", ".sft")
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


def control_files() -> list[str]:
    """What the loader node offers: the files of models/controlnet, then the built-in practice controls."""
    files = folder_paths.get_filename_list(FOLDER)
    return files + [name for name in practice_controls() if name not in files]


def load_control(name: str) -> comfy.controlnet.ControlBase:
    """The control model in the file of this name, on its way into ComfyUI's memory management.

    Families that ComfyUI alone runs (for diffusion transformers, say) come from its own loader.

    Raises:
        ArmatureError: the file cannot be read, or is no control model; the message says what it is instead.
    """
    checkpoint = read_checkpoint(path_of(name), name)
    try:
        architecture, layout = recognised(checkpoint)
    except UnknownArchitecture as unknown:
        if any(kind.in_core for kind in strangers_like(checkpoint)):
            return core_control(checkpoint)
        raise UnknownArchitecture(name_stranger(checkpoint) or str(unknown)) from unknown
    weight_dtype, compute_dtype = dtypes_for(checkpoint)
    backend = Backend(comfy.ops.pick_operations(weight_dtype, compute_dtype), comfy_attention)
    kept = None if weight_dtype in FLOAT8 else weight_dtype
    return hosted(architecture.load(checkpoint, layout, backend, kept), compute_dtype or weight_dtype)


def inspect_control(name: str) -> str:
    """What the file of this name is, in words; also where it belongs if it is no control model.

    Raises:
        ArmatureError: the file cannot be read, or is damaged.
    """
    checkpoint = read_checkpoint(path_of(name), name)
    try:
        architecture, layout = recognised(checkpoint)
    except UnknownArchitecture as unknown:
        runs = " ComfyUI's own loader runs it." if any(kind.in_core for kind in strangers_like(checkpoint)) else ""
        return (name_stranger(checkpoint) or str(unknown)) + runs
    return describe(checkpoint, architecture, layout, architecture.load(checkpoint, layout, Backend()))


def recognised(checkpoint: Checkpoint) -> tuple[Architecture, Layout]:
    return detect(checkpoint, discovery.declared(architectures, Architecture).values())


def core_control(checkpoint: Checkpoint) -> comfy.controlnet.ControlBase:
    """
    Raises:
        IncompatibleCheckpoint: ComfyUI's loader does not take it after all.
    """
    try:
        control = comfy.controlnet.load_controlnet_state_dict(dict(checkpoint.tensors))
    except (KeyError, IndexError, AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise IncompatibleCheckpoint(f"{name_stranger(checkpoint)} ComfyUI's loader fails on it: {error!r}") from error
    if control is None:
        raise IncompatibleCheckpoint(f"{name_stranger(checkpoint)} ComfyUI's loader does not know this variant.")
    return control


def hosted(model, dtype: torch.dtype) -> ComfyControl:
    """`model` as a control that computes in `dtype`, placed and offloaded by ComfyUI."""
    device, offload_device = comfy.model_management.get_torch_device(), comfy.model_management.unet_offload_device()
    return ComfyControl(model, comfy.model_patcher.CoreModelPatcher(model, device, offload_device), dtype)


def path_of(name: str) -> Path:
    """
    Raises:
        UnreadableFile: the name is none of those that the loader offers.
    """
    if name in folder_paths.get_filename_list(FOLDER):
        return Path(folder_paths.get_full_path_or_raise(FOLDER, name))
    if built_in := practice_controls().get(name):
        return built_in
    folders = ", ".join(folder_paths.get_folder_paths(FOLDER))
    raise UnreadableFile(
        f"There is no control model {name!r}. Put the file into one of {folders}, press R in ComfyUI to refresh the "
        "list, and choose it there."
    )


def read_checkpoint(path: Path, name: str) -> Checkpoint:
    """
    Raises:
        UnreadableFile: the file is empty, damaged, or holds something else than tensors.
    """
    if not path.is_file():
        raise UnreadableFile(f"{name} is not a file. Choose a file of models/controlnet.")
    if path.stat().st_size == 0:
        raise UnreadableFile(f"{name} is empty. The download or copy failed; get the file again.")
    try:
        tensors, metadata = comfy.utils.load_torch_file(str(path), safe_load=True, return_metadata=True)
    except ERRORS_OF_READERS as error:
        raise UnreadableFile(f"{name} cannot be read: {_reason(path, error)}") from error
    if not isinstance(tensors, dict):
        raise UnreadableFile(f"{name} holds {type(tensors).__name__} instead of named weights. It is no model file.")
    weights = {key: value for key, value in tensors.items() if isinstance(value, Tensor)}
    if not weights:
        raise UnreadableFile(f"{name} holds no weights. It is no model file.")
    return Checkpoint(weights, name, metadata or {})


def dtypes_for(checkpoint: Checkpoint) -> tuple[torch.dtype, torch.dtype | None]:
    """How ComfyUI would keep these weights here, and what it would compute them in, if that differs."""
    kept = comfy.model_management.unet_dtype(model_params=-1, weight_dtype=comfy.utils.weight_dtype(checkpoint.tensors))
    return kept, comfy.model_management.unet_manual_cast(kept, comfy.model_management.get_torch_device())


def comfy_attention(q: Tensor, k: Tensor, v: Tensor, heads: int, in_fp32: bool) -> Tensor:
    """The attention that ComfyUI chose for this machine (sage, flash, xformers, PyTorch, split, ...)."""
    precision = torch.float32 if in_fp32 else None
    return comfy.ldm.modules.attention.optimized_attention(q, k, v, heads, attn_precision=precision)


def _reason(path: Path, error: Exception) -> str:
    if path.suffix.lower() in SAFETENSORS:
        return (
            "it is damaged, cut off, or no safetensors file at all. Compare its size with the download page and get it "
            f"again. ({error})"
        )
    if isinstance(error, pickle.UnpicklingError):
        return "it holds Python code besides weights, which is never run. Get the .safetensors version of it."
    return f"it is damaged or cut off. Get it again, as .safetensors if there is one. ({error})"
