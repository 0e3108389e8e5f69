"""The config.json of a ControlNet, as huggingface/diffusers, models/controlnets/controlnet.py, reads it."""

from typing import Any

from ..architectures.controlnet import CONTROLNET, Sizes, to_diffusers
from ..checkpoint import Checkpoint
from .saved import SavedAs
from .unet import level_widths

TIME_IDS = 256  # width of SDXL's embedded sizes, each


def controlnet_config(checkpoint: Checkpoint) -> dict[str, Any]:
    """For a checkpoint with canonical keys. Lists are by level, the widest resolution first."""
    sizes, widths, levels = Sizes(checkpoint), level_widths(checkpoint), _levels(checkpoint)
    depths = [checkpoint.count(f"input_blocks.{level[-1]}.1.transformer_blocks") for level in levels]
    middle = checkpoint.count("middle_block.1.transformer_blocks")
    projections = [checkpoint.shape(key) for key in checkpoint.tensors if key.endswith("proj_in.weight")]
    linear = any(len(shape) == 2 for shape in projections)
    hint = [checkpoint.shape(f"input_hint_block.{n}.weight") for n in range(0, checkpoint.count("input_hint_block"), 4)]
    config = {
        "_class_name": "ControlNetModel",
        "in_channels": checkpoint.shape("input_blocks.0.0.weight")[1],
        "conditioning_channels": hint[0][1],
        "conditioning_embedding_out_channels": [shape[0] for shape in hint],
        "block_out_channels": list(widths),
        "down_block_types": ["CrossAttnDownBlock2D" if depth else "DownBlock2D" for depth in depths],
        "mid_block_type": "UNetMidBlock2DCrossAttn" if middle else "UNetMidBlock2D",
        "layers_per_block": len(levels[0]),
        "transformer_layers_per_block": [max(1, depth) for depth in (*depths[:-1], depths[-1] or middle)],
        "attention_head_dim": [sizes.heads(width, linear) for width in widths],  # it means how many
        "cross_attention_dim": sizes.base.context_dim,
        "use_linear_projection": linear,
    }
    if sizes.base.y_dim:
        config |= {
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": TIME_IDS,
            "projection_class_embeddings_input_dim": sizes.base.y_dim,
        }
    return config


def _levels(checkpoint: Checkpoint) -> list[list[int]]:
    """The numbers of the residual blocks of each level."""
    levels: list[list[int]] = [[]]
    for n in range(1, checkpoint.count("input_blocks")):
        if checkpoint.bears(f"input_blocks.{n}.0.op.weight"):
            levels.append([])
        else:
            levels[-1].append(n)
    return levels


CONTROLNET_FILES = SavedAs(
    CONTROLNET.id, to_diffusers, lambda file, pooled: controlnet_config(file) | {"global_pool_conditions": pooled}
)
