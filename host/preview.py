"""The hint as an image, for people."""

import comfy.controlnet
from torch import Tensor

from ..control.options import Options
from .foreign import refuse_unsupported
from .hints import LATENT_PIXELS, core_fitted, fitted, hint_size
from .inpainting import inpainting_hint
from .sampling import ComfyControl


def latent_size(width: int, height: int) -> tuple[int, int]:
    """(height, width) of the latent of an image of that size."""
    return height // LATENT_PIXELS, width // LATENT_PIXELS


def preview(
    control: comfy.controlnet.ControlBase,
    image: Tensor,
    latent: tuple[int, int],
    options: Options,
    inpaint_mask: Tensor | None = None,
) -> Tensor:
    """IMAGEs (B, H, W, C) as the network gets them for a latent of that size; grey ones as colour. A hole may be -1.

    Raises:
        WrongControl: the options, or inpainting, are not for such a control.
    """
    hint = image.movedim(-1, 1)
    if inpaint_mask is not None:
        hint, _ = inpainting_hint(control, hint, inpaint_mask)
    if isinstance(control, ComfyControl):
        hint = fitted(control.model, hint, range(hint.shape[0]), hint_size(control.model, latent), options.fit)
    else:
        refuse_unsupported(options, hint.shape[0])
        hint = core_fitted(control, hint, latent)
    return (hint.expand(-1, 3, -1, -1) if hint.shape[1] == 1 else hint).movedim(1, -1)
