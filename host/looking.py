"""Whether an image looks like the maps that a control was trained with: what a run can tell of computed images too."""

from pathlib import Path

import comfy.controlnet
import numpy as np
from torch import Tensor

from ..control.architectures.controlnet_union import TYPES, ControlNetUnion
from ..control.model import ControlModel
from ..preprocessors.appearance import SIDE, appearance, kind_named, sentence, verdict
from ..preprocessors.pixels import eight_bit
from .sampling import ComfyControl


def remark(control: comfy.controlnet.ControlBase, image: Tensor) -> str:
    """What is wrong with the first of (B, H, W, C) images in [0, 1]; empty where nothing is certain."""
    kind = kind_named(_shown(control.model)) if isinstance(control, ComfyControl) else None
    if kind is None:
        return ""
    found = verdict(kind, appearance(_frame(image)))
    return sentence(kind, found) if found else ""


def _shown(model: ControlModel) -> str:
    """What names the maps: the type that was chosen, or the file."""
    if isinstance(model, ControlNetUnion) and model.roles:
        return TYPES[model.roles[0].type]
    return Path(model.name).stem


def _frame(image: Tensor) -> np.ndarray:
    """(h, w, 3) uint8: every few pixels of the first image."""
    stride = max(1, max(image.shape[1:3]) // SIDE)
    planes = image[:1, ::stride, ::stride, :3].movedim(-1, 1).expand(-1, 3, -1, -1)
    return eight_bit(planes)[0]
