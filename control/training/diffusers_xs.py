"""The config.json of a ControlNet-XS, as huggingface/diffusers, models/controlnets/controlnet_xs.py, reads it."""

from dataclasses import replace
from typing import Any

import torch

from ..architectures.controlnet_xs import CONTROLNET_XS
from ..checkpoint import Checkpoint
from ..layers.controlnet_xs_keys import extent, to_adapter
from ..layers.xs_unet import Sizes
from .saved import SavedAs, refused

LATENTS, LAYERS = 4, 2  # channels of the latents, and residual blocks of a level, of every network of that class
EXCHANGES = ("enc_zero_convs_out", "middle_block_out", "dec_zero_convs_out")  # as `scale_list` counts them


def xs_config(checkpoint: Checkpoint, pooled: bool) -> dict[str, Any]:
    """For a checkpoint with official keys. Lists are by level, the widest resolution first."""
    sizes, levels = Sizes(checkpoint), extent(checkpoint).levels
    firsts = [1 + sum(resnets + halves for resnets, halves in levels[:level]) for level in range(len(levels))]
    attentions = [f"control_model.input_blocks.{n}.1" for n in firsts]
    middle = "control_model.middle_block.1"
    found = [checkpoint.count(f"{name}.transformer_blocks") for name in attentions]
    shapes = [sizes.transformer(name if depth else middle) for name, depth in zip(attentions, found)]
    hint = [checkpoint.shape(f"input_hint_block.{n}.weight") for n in range(0, checkpoint.count("input_hint_block"), 4)]
    return {
        "_class_name": "ControlNetXSAdapter",
        "conditioning_channels": hint[0][1],
        "conditioning_embedding_out_channels": [shape[0] for shape in hint],
        "time_embedding_mix": 1.0,
        "learn_time_embedding": checkpoint.bears("control_model.time_embed.0.weight"),
        "num_attention_heads": [shape.heads for shape in shapes],
        "block_out_channels": [_width(checkpoint, n) for n in firsts],
        "base_block_out_channels": [sizes.base.widths[n] for n in firsts],
        "cross_attention_dim": sizes.base.context_dim,
        "down_block_types": ["CrossAttnDownBlock2D" if depth else "DownBlock2D" for depth in found],
        "sample_size": None,
        "transformer_layers_per_block": [max(1, shape.depth) for shape in shapes],
        "upcast_attention": False,
        "use_linear_projection": shapes[-1].linear,
    }


def _width(checkpoint: Checkpoint, n: int) -> int:
    return checkpoint.shape(f"control_model.input_blocks.{n}.0.out_layers.3.weight")[0]


def plain(checkpoint: Checkpoint) -> Checkpoint:
    """With `scale_list` multiplied into the exchanges that it scales, for diffusers has none.

    Raises:
        WrongControl: it is not of type B with concatenated streams, or of another topology.
    """
    sizes = Sizes(checkpoint)
    if sizes.has_decoder or not checkpoint.bears("enc_zero_convs_out.0.0.weight") or not sizes.has_middle:
        raise refused("it is of type A or C, or pruned, and diffusers knows type B")
    if not sizes.concatenates:
        raise refused("its streams are added, and diffusers joins them")
    if sizes.in_channels != LATENTS:
        raise refused(f"its latents have {sizes.in_channels} channels, and diffusers' have {LATENTS}")
    if any(resnets != LAYERS for resnets, _ in extent(checkpoint).levels):
        raise refused(f"a level has not {LAYERS} residual blocks")
    tensors = {key: tensor for key, tensor in checkpoint.tensors.items() if key != "scale_list"}
    if checkpoint.bears("scale_list"):
        for scale, exchange in zip(checkpoint.tensors["scale_list"], _exchanges(checkpoint)):
            for key in (f"{exchange}.0.weight", f"{exchange}.0.bias"):
                tensors[key] = (tensors[key].float() * scale.float()).to(tensors[key].dtype)
    return replace(checkpoint, tensors=tensors)


def complete(checkpoint: Checkpoint) -> Checkpoint:
    """With a `scale_list` of ones where there is none; the original code loads no file without it."""
    ones = torch.ones(len(_exchanges(checkpoint)))
    return replace(checkpoint, tensors={"scale_list": ones, **checkpoint.tensors})


def _exchanges(checkpoint: Checkpoint) -> list[str]:
    encoder, middle, decoder = EXCHANGES
    return [
        *(f"{encoder}.{n}" for n in range(checkpoint.count(encoder))),
        middle,
        *(f"{decoder}.{n}" for n in range(checkpoint.count(decoder))),
    ]


CONTROLNET_XS_FILES = SavedAs(CONTROLNET_XS.id, to_adapter, xs_config, plain, complete)
