"""Hugging Face's names for the weights of DPT and of what is like it, turned into those of the authors."""

import re
from collections.abc import Callable

import torch
from torch import Tensor

from ..pretrained import Weights

Rule = tuple[str, str | Callable[[re.Match], str]]

DECODER: tuple[Rule, ...] = (
    (r"^neck\.convs\.(\d)", lambda found: f"scratch.layer{int(found[1]) + 1}_rn"),
    (r"^neck\.fusion_stage\.layers\.(\d)", lambda found: f"scratch.refinenet{4 - int(found[1])}"),
    (r"^(scratch\.refinenet\d)\.projection", r"\1.out_conv"),
    (r"\.residual_layer(\d)\.convolution(\d)", r".resConfUnit\1.conv\2"),
)
ATTENTION: tuple[Rule, ...] = (  # transformers 4 and 5
    (r"\.attention\.(?:attention\.)?(query|key|value|[qkv]_proj)\.", lambda found: f".attn.{found[1][0]}."),
    (r"\.attention\.(?:output\.dense|o_proj)\.", ".attn.proj."),
)


def renamed(weights: Weights, rules: tuple[Rule, ...]) -> dict[str, Tensor]:
    """Their weights by the names that the rules make, one after the other, and q, k and v as one; others' as given."""
    if "neck.convs.0.weight" not in weights:
        return dict(weights)
    return _joined({_by_rules(key, rules): weight for key, weight in weights.items()})


def _by_rules(key: str, rules: tuple[Rule, ...]) -> str:
    for pattern, replacement in rules:
        key = re.sub(pattern, replacement, key)
    return key


def _joined(weights: Weights) -> dict[str, Tensor]:
    whole = dict(weights)
    for key in weights:
        parts = [key.replace(".attn.q.", f".attn.{part}.") for part in "qkv"]
        if ".attn.q." in key and all(part in weights for part in parts):
            whole[key.replace(".attn.q.", ".attn.qkv.")] = torch.cat([whole.pop(part) for part in parts])
    return whole
