"""The hint for inpainting that each family wants."""

import comfy.cldm.cldm
import comfy.controlnet
import comfy.utils
from torch import Tensor

from ..control.architectures.controlnet_union import ControlNetUnion
from ..control.hint import over_black, with_hole
from ..control.model import ControlModel
from ..errors import WrongControl
from .sampling import ComfyControl


def inpainting_hint(control: comfy.controlnet.ControlBase, hint: Tensor, mask: Tensor) -> tuple[Tensor, list[Tensor]]:
    """From an image (B, C, H, W) in [0, 1] and a MASK (B, h, w), 1 where it is to be made anew: the hint, and what
    ComfyUI lays beside it.

    Raises:
        WrongControl: the control has no inpainting.
    """
    mask = mask.reshape(-1, 1, *mask.shape[-2:])
    if control.concat_mask:
        return _blackened(over_black(hint), 1.0 - mask)
    if isinstance(control, ComfyControl):
        return with_hole(hint, mask, control.model.hole), []
    if isinstance(control, comfy.controlnet.ControlLora):
        return with_hole(hint, mask, ControlModel.hole), []
    network = control.control_model if isinstance(control, comfy.controlnet.ControlNet) else None
    if not isinstance(network, comfy.cldm.cldm.ControlNet):
        raise WrongControl(
            "An inpaint mask is connected, but this control model was not made for inpainting. Load one that was, or "
            "connect the mask to mask, to say where the control acts."
        )
    family = ControlModel if network.task_embedding is None else ControlNetUnion
    return with_hole(hint, mask, family.hole), []


def _blackened(hint: Tensor, kept: Tensor) -> tuple[Tensor, list[Tensor]]:
    """As ComfyUI's Apply ControlNet Inpainting (AliMama): black in the hole, and the mask beside it."""
    size = hint.shape[-1], hint.shape[-2]
    return hint * comfy.utils.common_upscale(kept, *size, "bilinear", "center").round(), [kept]
