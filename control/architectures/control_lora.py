"""Control-LoRA: a ControlNet whose encoder is the base's plus products of low rank.

Stability AI 2023, stabilityai/control-lora. W = W_base + reshape(up @ down), both flattened behind their first
dimension, without a factor; biases, norms, hint encoder and zero convolutions are stored whole.
"""

from collections.abc import Mapping

from ..architecture import Architecture, Layout, Signature
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..relative import RelativeModel, Source
from .controlnet import RELATIVES, ControlNet

MARK = "lora_controlnet"
UP, DOWN = ".up", ".down"


def build(checkpoint: Checkpoint, backend: Backend) -> RelativeModel:
    sources = {key: Source((key,), relative=False) for key in checkpoint.tensors if not key.endswith((UP, DOWN))}
    modules = [key.removesuffix(UP) for key in checkpoint.tensors if key.endswith(UP)]
    sources |= {f"{module}.weight": Source((module + UP, module + DOWN), relative=True) for module in modules}
    rank = max(checkpoint.shape(module + DOWN)[0] for module in modules)
    return RelativeModel(checkpoint, sources, ControlNet, f"rank {rank}")


def _stored(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key for key in checkpoint.tensors if key != MARK}


CONTROL_LORA = Architecture(
    id="Control-LoRA",
    layouts=(
        Layout(
            "original",
            Signature((MARK, "*.up", "*.down"), tuple(key for key in RELATIVES if key != MARK)),
            _stored,
            ignores=(MARK,),
        ),
    ),
    build=build,
    relative=True,
)
