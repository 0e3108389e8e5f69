"""What model files are, by their headers alone; each file is read once until it changes."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import comfy.model_detection
import comfy.utils
import folder_paths

from ...control.backend import Backend
from ...control.checkpoint import Checkpoint
from ...control.strangers import TRANSFORMERS, name_stranger, strangers_like
from ...control.unet_shape import UNetShape
from ...control.weights import Places
from ...errors import ArmatureError, UnknownArchitecture
from ...practice.shape import UNET
from ..base_model import mismatch, shape_of
from ..control_files import FOLDER, control_files
from ..loading import recognised
from ..practice import PRACTICE_MODEL
from ..reading import SAFETENSORS, read_outline
from ..unchanged import while_unchanged

Header = TypeVar("Header")
MOST_REMEMBERED = 256  # files
PRACTICE = "practice"
BASE_FOLDERS = ("checkpoints", "diffusion_models")
UNKNOWN_SAMPLING = ("edm_mean", "edm_vpred.sigma_max", "v_pred", "ztsnr")
"""Keys of checkpoints whose noise may be another than Stable Diffusion's."""


@dataclass(frozen=True)
class ControlHeader:
    """A file where control models are looked for. `problem` says why it cannot be loaded, None where it can.

    `base` and `places` are those of a control of ours; `transformer`: it is for no UNet at all.
    """

    family: str
    problem: str | None = None
    variant: str = ""
    base: UNetShape | None = None
    places: Places | None = None
    types: tuple[str, ...] = ()
    transformer: bool = False


@dataclass(frozen=True)
class BaseHeader:
    """A base model; no UNet where it has no `shape`. `usual`: it is sampled with Stable Diffusion's own noise."""

    name: str
    shape: UNetShape | None
    usual: bool


def find(folder: str, name: str) -> Path | None:
    """The file of this name, if the folder's own list has it; no other file is ever opened."""
    if folder == FOLDER:
        return control_files().get(name)
    if folder == PRACTICE:
        return PRACTICE_MODEL if name == PRACTICE_MODEL.name else None
    if folder not in BASE_FOLDERS or name not in folder_paths.get_filename_list(folder):
        return None
    path = folder_paths.get_full_path(folder, name)
    return Path(path) if path else None


def control_header(path: Path) -> ControlHeader | None:
    """None where the file's kind has no header to read."""
    return _read(path, _control)


def base_header(path: Path) -> BaseHeader | None:
    """None where a header alone does not tell, or ComfyUI does not know the model."""
    return _read(path, _base)


def wrong_base(control: ControlHeader, base: BaseHeader) -> str | None:
    """Why the two do not go together, as a run would say it; None where they do, or nobody knows."""
    if control.base is not None:
        return mismatch(control.base, base.shape, base.name)
    if control.transformer and base.shape is not None:
        return (
            f"This control model is {control.family}, but the model being sampled is {base.shape.name}. Load a control "
            "model made for this base."
        )
    return None


@while_unchanged(MOST_REMEMBERED, or_none=True)
def _read(path: Path, read: Callable[[Path], Header]) -> Header | None:
    """Pickles of the newer form, which is zipped, are mapped; older ones would be read whole."""
    has_header = path.suffix.lower() in SAFETENSORS or zipfile.is_zipfile(path)
    return read(path) if has_header else None


def _control(path: Path) -> ControlHeader:
    try:
        checkpoint = read_outline(path, path.name)
        architecture, layout = recognised(checkpoint)
        model = architecture.load(checkpoint, layout, Backend())
    except UnknownArchitecture as unknown:
        return _stranger(checkpoint, str(unknown))
    except ArmatureError as error:
        return ControlHeader("", str(error))
    return ControlHeader(architecture.id, None, model.variant, model.base, model.places, model.types)


def _stranger(checkpoint: Checkpoint, unknown: str) -> ControlHeader:
    kinds = strangers_like(checkpoint)
    if not any(kind.in_core for kind in kinds):
        return ControlHeader("", name_stranger(checkpoint) or unknown)
    return ControlHeader(kinds[0].what, transformer=any(kind in TRANSFORMERS for kind in kinds))


def _base(path: Path) -> BaseHeader | None:
    if path == PRACTICE_MODEL:
        return BaseHeader("the practice model", shape_of(UNET), True)
    try:
        tensors = read_outline(path, path.name).tensors
    except ArmatureError:
        return None
    prefix = comfy.model_detection.unet_prefix_from_state_dict(tensors)
    within = comfy.utils.state_dict_prefix_replace(dict(tensors), {prefix: ""}, filter_keys=True) or tensors
    try:
        config = comfy.model_detection.detect_unet_config(within, "")
        config = config or comfy.model_detection.unet_config_from_diffusers_unet(within)
        if not config:
            return None
        shape = shape_of(config)
        known = None if shape else comfy.model_detection.model_config_from_unet_config(config, within)
    except (KeyError, IndexError, AttributeError, TypeError, ValueError, RuntimeError):
        return None  # for some families it looks at values, which a header does not have
    if shape is None:
        return known and BaseHeader(type(known).__name__, None, False)
    return BaseHeader(shape.name, shape, not any(key in tensors for key in UNKNOWN_SAMPLING))
