"""The base that a control is trained for, and the control that it begins with."""

from pathlib import Path
from typing import Any

import comfy.sd
from comfy.model_patcher import ModelPatcher

from ..errors import UnreadableFile
from ..host.creating import create_control, hosted
from ..host.practice import NAME, load_practice_model
from ..host.reading import ERRORS_OF_READERS, SAFETENSORS, read_checkpoint
from ..host.sampling import ComfyControl


def load_base(name: str) -> tuple[ModelPatcher, comfy.sd.CLIP, comfy.sd.VAE]:
    """The practice model by its name, or a checkpoint file with text encoder and VAE.

    Raises:
        UnreadableFile: it cannot be read without running code in it, or is no checkpoint with all three.
    """
    if name == NAME:
        return load_practice_model()
    if not Path(name).is_file() or not name.lower().endswith(SAFETENSORS):
        raise UnreadableFile(f"{name} is no safetensors file. Give the checkpoint of a base model, or {NAME!r}.")
    try:
        patcher, clip, vae, _ = comfy.sd.load_checkpoint_guess_config(name)
    except ERRORS_OF_READERS as error:
        raise UnreadableFile(f"{name} is no checkpoint of a base model, or damaged: {error}") from error
    if clip is None or vae.first_stage_model is None:
        raise UnreadableFile(
            f"{name} has no text encoder or no VAE. Give a whole checkpoint, as Load Checkpoint takes."
        )
    return patcher, clip, vae


def beginning(patcher: ModelPatcher, control: Path | None, family: str, chosen: Any, seed: int) -> ComfyControl:
    """That of a file, or a new one.

    Raises:
        ArmatureError: there is no such file, or it is no control for the base.
    """
    if control is None:
        return create_control(patcher, family, chosen, seed)
    if not control.is_file():
        raise UnreadableFile(f"There is no file {control}. Give a trained control, or none for a new one.")
    return hosted(read_checkpoint(control, control.name))
