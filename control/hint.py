"""The control image, in the channels that a network takes."""

import torch
from torch import Tensor

from ..errors import MissingInput


def fit_channels(hint: Tensor, channels: int) -> Tensor:
    """(B, C, H, W) in [0, 1] with C of 1, 2, 3 or 4 as (B, channels, H, W).

    Alpha is composited over black, because black is "nothing here" in every control map. Colour becomes one channel by
    its mean, as ComfyUI does for one-channel adapters.

    Raises:
        MissingInput: there is no such conversion.
    """
    if hint.shape[1] in (2, 4):
        hint = hint[:, :-1] * hint[:, -1:]
    if hint.shape[1] == channels:
        return hint
    if hint.shape[1] == 1:
        return hint.expand(-1, channels, -1, -1)
    if channels == 1:
        return torch.mean(hint, dim=1, keepdim=True)
    raise MissingInput(
        f"This control model takes a hint of {channels} channels, and the image has {hint.shape[1]}. "
        "Connect the image that its preprocessor makes."
    )
