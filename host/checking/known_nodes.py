"""The nodes whose controls are checked, and those on the way from a file to them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..practice import PHOTO
from .graph import Node
from .headers import BASE_FOLDERS, PRACTICE
from .pictures import picture
from .sampler import SCHEDULER

CONTROL_LOADERS = {"ArmatureLoadControl": "name", "ControlNetLoader": "control_net_name"}
BASE_LOADERS = {
    "CheckpointLoaderSimple": (BASE_FOLDERS[0], "ckpt_name"),
    "CheckpointLoader": (BASE_FOLDERS[0], "ckpt_name"),
    "unCLIPCheckpointLoader": (BASE_FOLDERS[0], "ckpt_name"),
    "UNETLoader": (BASE_FOLDERS[1], "unet_name"),
    "ArmatureLoadPracticeModel": (PRACTICE, None),
}
TYPES = {"ArmatureUnionType": "type", "SetUnionControlNetType": "type"}
SAME_NOISE = (
    *("LoraLoader", "LoraLoaderModelOnly", "FreeU", "FreeU_V2", "RescaleCFG", "PatchModelAddDownscale"),
    *("ArmatureApplyControlToModel", "CFGGuider", "BasicGuider", SCHEDULER),
)
"""Nodes that hand a model on with the noise that it was trained with."""

PICTURES: dict[str, Callable[[Node], Path | None]] = {
    "LoadImage": lambda node: picture(node.text("image") or ""),
    "ArmaturePracticePhoto": lambda node: PHOTO,
}
"""The file that a node shows as it is."""


@dataclass(frozen=True)
class Row:
    """The inputs of an Apply node that belong to one control map."""

    control: str = "control_net"
    image: str = "image"
    strength: str = "strength"
    enabled: str = ""
    type: str = ""
    name: str = ""


def _rows(count: int, **parts: str) -> tuple[Row, ...]:
    return tuple(Row(**{k: v.format(n) for k, v in parts.items()}, name=f"Row {n}: ") for n in range(1, count + 1))


APPLIES: dict[str, tuple[Row, ...]] = {
    "ArmatureApplyControl": (Row(),),
    "ArmatureApplyControlToModel": (Row(),),
    "ArmatureApplyControlStack": _rows(
        6, control="control_net_{}", image="image_{}", strength="strength_{}", enabled="enabled_{}"
    ),
    "ArmatureApplyUnion": _rows(4, image="image_{}", strength="strength_{}", type="type_{}"),
}
