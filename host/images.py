"""IMAGE is (B, H, W, C) on ComfyUI's intermediate device; the pack works in (B, C, H, W) on the compute device."""

from collections.abc import Callable

from comfy import model_management
from torch import Tensor


def to_planes(image: Tensor) -> Tensor:
    """(B, 3, H, W) fp32 on the compute device: grey is spread over three channels, alpha composited over white."""
    planes = image.movedim(-1, 1).to(model_management.get_torch_device()).float()
    if planes.shape[1] in (2, 4):
        alpha = planes[:, -1:]
        planes = planes[:, :-1] * alpha + (1 - alpha)
    return planes.expand(-1, 3, -1, -1)


def to_image(planes: Tensor) -> Tensor:
    return planes.movedim(1, -1).to(
        device=model_management.intermediate_device(), dtype=model_management.intermediate_dtype()
    )


def apply(function: Callable[..., Tensor], image: Tensor, **options) -> Tensor:
    return to_image(function(to_planes(image), **options))
