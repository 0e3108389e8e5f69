"""From a file name to a control that ComfyUI can place on a device."""

import comfy.controlnet
import comfy.model_management
import comfy.ops
import comfy.utils
import torch

from .. import discovery
from ..control import architectures
from ..control.architecture import Architecture, Layout, detect
from ..control.backend import Backend
from ..control.checkpoint import FLOAT8, Checkpoint
from ..control.description import describe
from ..control.model import ControlModel
from ..control.pooling import pools_globally
from ..control.relative import RelativeModel
from ..control.strangers import name_stranger, strangers_like
from ..errors import IncompatibleCheckpoint, UnknownArchitecture
from .attention import comfy_attention
from .binding import Bindings
from .control_files import path_of
from .network import managed
from .reading import read_checkpoint, read_outline
from .sampling import ComfyControl

DTYPES = {
    "auto": None,
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
    "fp8_e4m3fn": torch.float8_e4m3fn,
    "fp8_e5m2": torch.float8_e5m2,
}
ALIGNMENT = 64  # bytes, of everything that PyTorch allocates on a CPU
POOLING = {"auto": None, "on": True, "off": False}


def load_control(name: str, dtype: str = "auto", global_pooling: str = "auto") -> comfy.controlnet.ControlBase:
    """The control model in the file of this name, on its way into ComfyUI's memory management.

    Its weights are kept in the dtype that ComfyUI would choose, or in that of `DTYPES`. Families that ComfyUI alone
    runs (for diffusion transformers, say) come from its own loader.

    Raises:
        ArmatureError: the file cannot be read, or is no control model; the message says what it is instead.
    """
    path = path_of(name)
    checkpoint = read_checkpoint(path, name)
    pooled = POOLING[global_pooling]
    pooled = pools_globally(checkpoint, path) if pooled is None else pooled
    try:
        architecture, layout = recognised(checkpoint)
    except UnknownArchitecture as unknown:
        if not any(kind.in_core for kind in strangers_like(checkpoint)):
            raise UnknownArchitecture(name_stranger(checkpoint) or str(unknown)) from unknown
        control = core_control(checkpoint, DTYPES[dtype])
    else:
        control = our_control(checkpoint, architecture, layout, DTYPES[dtype])
    control.global_average_pooling = pooled
    return control


def inspect_control(name: str) -> str:
    """What the file of this name is, in words; also where it belongs if it is no control model.

    Its weights are not read, unless it is a pickle.

    Raises:
        ArmatureError: the file cannot be read, or its weights are not those of the model that it looks like.
    """
    path = path_of(name)
    checkpoint = read_outline(path, name)
    try:
        architecture, layout = recognised(checkpoint)
    except UnknownArchitecture as unknown:
        runs = " ComfyUI's own loader runs it." if any(kind.in_core for kind in strangers_like(checkpoint)) else ""
        return (name_stranger(checkpoint) or str(unknown)) + runs
    model = architecture.load(checkpoint, layout, Backend())
    return describe(checkpoint, architecture, layout, model, pools_globally(checkpoint, path))


def recognised(checkpoint: Checkpoint) -> tuple[Architecture, Layout]:
    return detect(checkpoint, discovery.declared(architectures, Architecture).values())


def our_control(
    checkpoint: Checkpoint, architecture: Architecture, layout: Layout, chosen: torch.dtype | None
) -> ComfyControl:
    """The file's own mixture of dtypes stays where ComfyUI would keep float8 weights and nothing was chosen.

    It also stays where weights are relative: their base decides what they are computed in.
    """
    kept, computed = dtypes_for(checkpoint, chosen)
    backend = Backend(comfy.ops.pick_operations(kept, computed), comfy_attention)
    as_stored = architecture.relative or (chosen is None and kept in FLOAT8)
    model = architecture.load(checkpoint, layout, backend, None if as_stored else kept)
    if comfy.model_management.get_torch_device().type == "cpu":
        align(model)
    if isinstance(model, RelativeModel):
        return ComfyControl(Bindings(model))
    return hosted(model, computed or kept)


def align(model: ControlModel) -> None:
    """Copy weights that do not begin at a multiple of `ALIGNMENT`, as those of a mapped file seldom do.

    A CPU's kernels add up in another order on them, so that the last bits would depend on the file's header.
    """
    weights = model.state_dict()
    stray = {key: weight.clone() for key, weight in weights.items() if weight.data_ptr() % ALIGNMENT}
    model.load_state_dict(weights | stray, assign=True)


def core_control(checkpoint: Checkpoint, chosen: torch.dtype | None) -> comfy.controlnet.ControlBase:
    """
    Raises:
        IncompatibleCheckpoint: ComfyUI's loader does not take it after all, or not in this dtype.
    """
    options = {} if chosen is None else {"dtype": chosen}
    try:
        control = comfy.controlnet.load_controlnet_state_dict(dict(checkpoint.tensors), model_options=options)
    except (KeyError, IndexError, AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise IncompatibleCheckpoint(f"{name_stranger(checkpoint)} ComfyUI's loader fails on it: {error!r}") from error
    if control is None:
        raise IncompatibleCheckpoint(f"{name_stranger(checkpoint)} ComfyUI's loader does not know this variant.")
    if chosen and {weight.dtype for patcher in control.get_models() for weight in patcher.model.parameters()} != {
        chosen
    }:
        raise IncompatibleCheckpoint(
            f"{name_stranger(checkpoint)} ComfyUI's loader chooses the dtype of its weights. Leave dtype on auto."
        )
    return control


def hosted(model: ControlModel, dtype: torch.dtype) -> ComfyControl:
    """`model` as a control that computes in `dtype`, placed and offloaded by ComfyUI."""
    return ComfyControl(managed(model, dtype, comfy.model_management.get_torch_device()))


def dtypes_for(checkpoint: Checkpoint, chosen: torch.dtype | None) -> tuple[torch.dtype, torch.dtype | None]:
    """How to keep these weights, and what ComfyUI would compute them in here, if that differs."""
    management, stored = comfy.model_management, comfy.utils.weight_dtype(checkpoint.tensors)
    kept = chosen or management.unet_dtype(model_params=-1, weight_dtype=stored)
    return kept, management.unet_manual_cast(kept, management.get_torch_device())
