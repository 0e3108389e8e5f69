"""Gradient checkpointing, Chen et al. 2016, arXiv:1604.06174: what layers compute inside is not kept for the way back.

It is computed again there, from what went in. The gradients are the same; a step takes up to half longer.
"""

from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

PARTS = ("in_layers", "out_layers", "input_hint_block")  # of the ldm UNet and of ControlNet, by their published names
BLOCKS = "transformer_blocks"


class Recomputed(nn.Module):
    """Stands for a layer, with its weights under their own names; keeps what goes in instead of what happens inside."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = (layer,)  # in a tuple, so that its weights have no second name
        self._modules, self._parameters, self._buffers = layer._modules, layer._parameters, layer._buffers

    def forward(self, *given: Any, **named: Any) -> Any:
        (layer,) = self.layer
        if not torch.is_grad_enabled():
            return layer(*given, **named)
        # ComfyUI goes on writing into its options behind the layer, which must see them again as they are now
        given, named = tuple(map(_as_it_is, given)), {name: _as_it_is(value) for name, value in named.items()}
        return checkpoint(layer, *given, use_reentrant=False, preserve_rng_state=False, **named)


def recompute(network: nn.Module) -> None:
    """Change the network, which is the caller's own, to keep less for the way back; the names of its weights stay."""
    for name, module in list(network.named_modules()):
        for part, layer in module.named_children():
            if part in PARTS or name.rpartition(".")[2] == BLOCKS:
                setattr(module, part, Recomputed(layer))


def _as_it_is(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value
