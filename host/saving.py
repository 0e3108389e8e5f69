"""Writes control models to files that others read too."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import folder_paths
import torch
from safetensors.torch import save_file
from torch import Tensor

from .. import discovery
from ..control import training
from ..control.checkpoint import Checkpoint
from ..control.pooling import METADATA
from ..control.training.saved import SavedAs
from ..errors import WrongControl
from .creating import with_own_weights
from .loading import DTYPES, recognised
from .sampling import ComfyControl

LAYOUTS = ("original", "diffusers")
DIFFUSERS_NAME = "diffusion_pytorch_model.safetensors"
TITLE = "modelspec.title"


def save_control(control: ComfyControl, prefix: str, layout: str, dtype: str, title: str = "") -> Path:
    """The file written, under ComfyUI's output folder, with a number behind `prefix`; nothing is overwritten.

    "original" is the layout of the family's authors, which Load Control and ComfyUI's own loader read. "diffusers" is a
    folder that `from_pretrained` of ControlNetModel, ControlNetXSAdapter or T2IAdapter reads; Load Control reads the
    file in it. What is known of the control goes into the file's metadata, with `title` where there is one.

    Raises:
        WrongControl: the control is none of ours, or diffusers has no such network.
    """
    folder, name, number, *_ = folder_paths.get_save_image_path(prefix, folder_paths.get_output_directory())
    return write_control(control, Path(folder) / f"{name}_{number:05}_.safetensors", layout, dtype, title)


def write_control(control: ComfyControl, file: Path, layout: str, dtype: str, title: str = "") -> Path:
    """The same, to a file of this name or a folder of its stem."""
    model = with_own_weights(control, "saved")
    checkpoint = Checkpoint(stored(model.state_dict(), DTYPES[dtype]), "the control", model.metadata)
    architecture, _ = recognised(checkpoint)
    metadata = _known(control, architecture.id) | ({TITLE: title} if title else {})
    saved = discovery.declared(training, SavedAs).get(architecture.id)
    if layout == "original":
        return write(dict((saved.complete(checkpoint) if saved else checkpoint).tensors), file, metadata)
    if saved is None:
        raise WrongControl(f"{architecture.id} is saved in its original layout only. Choose that.")
    plain = saved.plain(checkpoint)
    config, names = saved.config(plain, bool(control.global_average_pooling)), saved.names(plain)
    file.with_suffix("").mkdir(parents=True)
    (file.with_suffix("") / "config.json").write_text(json.dumps(config, indent=2))
    renamed = {names[key]: tensor for key, tensor in plain.tensors.items()}
    return write(renamed, file.with_suffix("") / DIFFUSERS_NAME, metadata | {"format": "pt"})


def _known(control: ComfyControl, family: str) -> dict[str, str]:
    """What a file tells of the control in it: how it was trained is among what the model brings along."""
    model = control.source.model
    return {
        "armature.family": family,
        "armature.base": model.base.name,
        "armature.hint": "0..1",
        **model.metadata,
        METADATA[0]: str(bool(control.global_average_pooling)).lower(),
    }


def stored(weights: Mapping[str, Tensor], dtype: torch.dtype | None) -> dict[str, Tensor]:
    """On the CPU, in their own dtype where there is none."""
    return {key: weight.detach().to("cpu", dtype or weight.dtype).contiguous() for key, weight in weights.items()}


def write(tensors: dict[str, Tensor], file: Path, metadata: Mapping[str, str]) -> Path:
    """Aside, then renamed: there is never half a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".writing")
    save_file(tensors, aside, dict(metadata))
    os.replace(aside, file)
    return file
