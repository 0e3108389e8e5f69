"""The base's decoder, where it learns with a control: large-scale training of lllyasviel/ControlNet, docs/train.md.

With sd_locked = False, output_blocks and out of the UNet learn: cldm/cldm.py there.
"""

from collections.abc import Mapping
from pathlib import Path

from comfy.model_patcher import ModelPatcher
from torch import Tensor, nn

from .binding import BaseWeights
from .loading import DTYPES
from .saving import stored, write

UNET = "diffusion_model"  # in ComfyUI's models, and in its files of differences
DIFFERENCE = {"weight": "diff", "bias": "diff_b"}


def decoder(unet: nn.Module) -> nn.ModuleDict:
    """What learns of ComfyUI's UNet, under its own names; from now on in fp32."""
    return nn.ModuleDict({"output_blocks": unet.output_blocks, "out": unet.out}).float()


def with_decoder(patcher: ModelPatcher, learned: Mapping[str, Tensor]) -> ModelPatcher:
    """The MODEL with these weights in its UNet."""
    unlocked = patcher.clone()
    unlocked.add_patches({f"{UNET}.{name}": ("set", (weight,)) for name, weight in learned.items()})
    return unlocked


def write_decoder(
    patcher: ModelPatcher, learned: Mapping[str, Tensor], file: Path, dtype: str, metadata: Mapping[str, str]
) -> Path:
    """The file of what was learned on top of the MODEL's weights, for ComfyUI's Load LoRA.

    Its layout is full_diff of ComfyUI's Extract and Save LoRA. Differences are small numbers: in half precision they
    are many times closer than the weights themselves would be.
    """
    before = BaseWeights(patcher)
    changes = {_difference(name): weight - before[name].cpu() for name, weight in learned.items()}
    return write(stored(changes, DTYPES[dtype]), file, metadata)


def _difference(name: str) -> str:
    layer, _, kind = name.rpartition(".")
    return f"{UNET}.{layer}.{DIFFERENCE[kind]}"
