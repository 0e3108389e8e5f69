"""The base that a control is trained for, and the control that it begins with."""

from pathlib import Path
from typing import Any

import comfy.sd
from comfy.model_patcher import ModelPatcher

from ..errors import UnreadableFile
from ..host.creating import create_control, hosted
from ..host.practice import NAME, load_practice_model
from ..host.reading import SAFETENSORS, read_checkpoint
from ..host.sampling import ComfyControl


def load_base(name: str) -> tuple[ModelPatcher, comfy.sd.CLIP, comfy.sd.VAE]:
    """The practice model by its name, or a checkpoint file with text encoder and VAE.

    Raises:
        UnreadableFile: it is no file that can be read without running code in it.
    """
    if name == NAME:
        return load_practice_model()
    if not Path(name).is_file() or not name.lower().endswith(SAFETENSORS):
        raise UnreadableFile(f"{name} is no safetensors file. Give the checkpoint of a base model, or {NAME!r}.")
    return comfy.sd.load_checkpoint_guess_config(name, output_vae=True, output_clip=True)[:3]


def beginning(patcher: ModelPatcher, control: Path | None, family: str, chosen: Any, seed: int) -> ComfyControl:
    """That of a file, or a new one."""
    if control is None:
        return create_control(patcher, family, chosen, seed)
    return hosted(read_checkpoint(control, control.name))
