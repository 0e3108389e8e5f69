"""Objects laid on a picture as flat colours."""

import numpy as np
import torch
from torch import Tensor

from ..pixels import planes
from ..resize import Size, binary, labels


def painted(objects: list[dict], colours: np.ndarray, image: Tensor | None, onto: Tensor | None) -> Tensor:
    """(B, 3, H, W): object i in `colours[i]` (uint8), on `onto` or on black, at the image's size or else their own."""
    size = tuple(objects[0]["size"]) if image is None else tuple(image.shape[-2:])
    device = objects[0]["masks"].device if image is None else image.device
    on_top = [_owner(frame["masks"], size) for frame in objects]
    drawn = planes([np.where((owner >= 0)[..., None], colours[owner], 0) for owner in on_top], device)
    if onto is None:
        return drawn
    covered = torch.from_numpy(np.stack(on_top) >= 0)[:, None].to(device)
    return torch.where(covered, drawn, labels(onto, size).to(device))


def _owner(masks: Tensor, size: Size) -> np.ndarray:
    """(*size): which object shows, -1 for none. The smaller lies on the larger, as Segment Anything is shown."""
    owner = np.full(size, -1)
    areas = (masks > 0.5).sum((1, 2))
    for index in areas.argsort(descending=True, stable=True).tolist():
        covered = binary(masks[None, index : index + 1].float(), size)[0, 0]
        owner[covered.bool().cpu().numpy()] = index
    return owner
