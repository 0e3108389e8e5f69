"""Run a ControlNet-XS otherwise than as its file says."""

import comfy.controlnet

from ..control.architectures.controlnet_xs import ControlNetXS, XSOptions
from ..errors import WrongControl
from .sampling import ComfyControl


def with_xs_options(control: comfy.controlnet.ControlBase, options: XSOptions) -> ComfyControl:
    """A copy of the control that shares its weights; the given one stays as it is.

    Raises:
        WrongControl: it is no ControlNet-XS.
    """
    if not isinstance(control, ComfyControl) or not isinstance(control.model, ControlNetXS):
        found = type(control.model if isinstance(control, ComfyControl) else control).__name__
        raise WrongControl(
            f"ControlNet-XS Options was given {found}. It acts on a ControlNet-XS from Load Control only; connect one, "
            "or remove the node."
        )
    changed = control.copy()
    changed.use(control.model.with_options(options))
    return changed
