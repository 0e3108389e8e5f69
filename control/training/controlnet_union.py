"""A new ControlNet Union, as xinsir6/ControlNetPlus makes it, that starts as a trained ControlNet.

Its types change nothing until they have learned: both ways from them into the network are zero.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ..architectures.controlnet_union import HEADS
from ..checkpoint import Checkpoint
from .weights import Weights


def new_controlnet_union(controlnet: Mapping[str, Tensor], types: int = 6, sinusoids: int = 256) -> Checkpoint:
    """Weights with original keys: those of `controlnet` (original keys too), and of so many types beside them.

    `sinusoids` is how many numbers tell the network of one type whether it is there; ComfyUI expects 256.
    """
    known, weights = Checkpoint(controlnet), Weights({key: value.clone() for key, value in controlnet.items()})
    width, embedded = known.shape("zero_convs.0.0.weight")[0], known.shape("time_embed.2.weight")[0]
    weights["task_embedding"] = torch.randn(types, width) * width**-0.5
    block = "transformer_layes.0"
    weights.layer(f"{block}.attn", nn.MultiheadAttention(width, HEADS))
    for norm in ("ln_1", "ln_2"):
        weights.layer(f"{block}.{norm}", nn.LayerNorm(width))
    weights.layer(f"{block}.mlp.c_fc", nn.Linear(width, 4 * width))
    weights.layer(f"{block}.mlp.c_proj", nn.Linear(4 * width, width))
    weights.zero("spatial_ch_projs", nn.Linear(width, width))
    weights.layer("control_add_embedding.linear_1", nn.Linear(types * sinusoids, embedded))
    weights.zero("control_add_embedding.linear_2", nn.Linear(embedded, embedded))
    return Checkpoint(weights)
