"""IMAGE is (B, H, W, C) on ComfyUI's intermediate device; the pack works in (B, C, H, W) on the compute device."""

from typing import Literal

from comfy import model_management
from torch import Tensor

Background = Literal["white", "black", "ignore"]


def to_planes(image: Tensor, background: Background = "white") -> Tensor:
    """(B, 3, H, W) fp32 on the compute device: grey is spread over three channels, alpha composited or ignored."""
    planes = image.movedim(-1, 1).to(model_management.get_torch_device()).float()
    if planes.shape[1] in (2, 4):
        planes, alpha = planes[:, :-1], planes[:, -1:]
        if background != "ignore":
            planes = planes * alpha + (1 - alpha) * (background == "white")
    return planes.expand(-1, 3, -1, -1)


def to_image(planes: Tensor) -> Tensor:
    return _intermediate(planes.movedim(1, -1))


def to_mask(planes: Tensor) -> Tensor:
    """MASK is (B, H, W)."""
    return _intermediate(planes[:, 0])


def mask_to_planes(mask: Tensor) -> Tensor:
    """(B, 1, H, W) fp32 on the compute device, from MASK (B, H, W)."""
    return mask[:, None].to(model_management.get_torch_device()).float()


def _intermediate(image: Tensor) -> Tensor:
    return image.to(device=model_management.intermediate_device(), dtype=model_management.intermediate_dtype())
