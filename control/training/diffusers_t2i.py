"""The config.json of a T2I-Adapter, as huggingface/diffusers, models/adapter.py, reads it."""

from typing import Any

from ..architectures.t2i_adapter import LEVELS, SD_UNSHUFFLE, SDXL_INPUTS, SDXL_UNSHUFFLE, T2I_ADAPTER, to_diffusers
from ..checkpoint import Checkpoint
from .saved import SavedAs, refused


def adapter_config(checkpoint: Checkpoint, pooled: bool) -> dict[str, Any]:
    light, count = checkpoint.bears("body.0.out_conv.weight"), checkpoint.count("body")
    inputs = checkpoint.shape("body.0.in_conv.weight" if light else "conv_in.weight")[1]
    xl = not light and inputs in SDXL_INPUTS
    side = SDXL_UNSHUFFLE if xl else SD_UNSHUFFLE
    depth = count // LEVELS
    last = "out_conv" if light else "block2"
    widths = [checkpoint.shape(f"body.{n}.{last}.weight")[0] for n in range(depth - 1, count, depth)]
    return {
        "_class_name": "T2IAdapter",
        "in_channels": inputs // side**2,
        "channels": widths[:-1] if light else widths,  # a light one repeats the last by itself
        "num_res_blocks": checkpoint.count("body.0.body") if light else depth,
        "downscale_factor": side,
        "adapter_type": "light_adapter" if light else "full_adapter_xl" if xl else "full_adapter",
    }


def _plain(checkpoint: Checkpoint) -> Checkpoint:
    """
    Raises:
        WrongControl: it has convolutions of other sizes, or such that halve the size.
    """
    odd = [key for key in checkpoint.tensors if key.endswith(".op.weight")]
    odd += [key for key, weight in checkpoint.tensors.items() if key.endswith("block2.weight") and weight.shape[2] > 1]
    if odd and not checkpoint.bears("body.0.out_conv.weight"):
        raise refused(f"{odd[0]} is of another size")
    return checkpoint


T2I_ADAPTER_FILES = SavedAs(T2I_ADAPTER.id, to_diffusers, adapter_config, _plain)
