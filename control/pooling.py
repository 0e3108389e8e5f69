"""Whether a ControlNet's residuals are averaged over the image: "shuffle" ones tell style, and no place.

The weights do not say so. lllyasviel's model configurations call it `global_average_pooling`, and diffusers'
`global_pool_conditions`; ComfyUI goes by the ends of file names.
"""

from pathlib import Path

from ..errors import IncompatibleCheckpoint
from .architecture import Signature
from .checkpoint import Checkpoint

METADATA = ("global_average_pooling", "global_pool_conditions")
MEANINGS = {"true": True, "false": False}
ENDS = ("_shuffle", "_shuffle_fp16")  # comfy/controlnet.py, load_controlnet
POOLED_IN_CORE = tuple(
    Signature((key,), ("lora_controlnet",))
    for key in ("zero_convs.0.0.weight", "control_model.zero_convs.0.0.weight", "controlnet_down_blocks.0.weight")
)


def pools_globally(checkpoint: Checkpoint, path: Path) -> bool:
    """What the file's metadata says. Without a word there, a file that is a ControlNet by its keys and a shuffle one
    by its name is pooled, because ComfyUI's own loader pools it.

    Raises:
        IncompatibleCheckpoint: the metadata says something that is neither true nor false.
    """
    for key in METADATA:
        if said := checkpoint.metadata.get(key):
            if said.lower() not in MEANINGS:
                raise IncompatibleCheckpoint(
                    f"{checkpoint.name} says {key} = {said!r} where true or false was expected. Choose on or off for "
                    "global_pooling in Load Control."
                )
            return MEANINGS[said.lower()]
    return path.stem.endswith(ENDS) and any(not net.mismatches(checkpoint) for net in POOLED_IN_CORE)
