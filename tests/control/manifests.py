"""Keys and shapes of published files, without their weights: tests/data/manifests.json.xz."""

import json
import lzma
from pathlib import Path

import torch

from armature.control.checkpoint import Checkpoint

FILE = Path(__file__).parent.parent / "data" / "manifests.json.xz"
MANIFESTS: dict[str, dict[str, list[int]]] = json.loads(lzma.decompress(FILE.read_bytes()))
CONTROLNETS = [name for name in MANIFESTS if name.startswith("controlnet_s") and "union" not in name]
ADAPTERS = [name for name in MANIFESTS if name.startswith("t2i_") and "style" not in name]
INTERLEAVED = [name for name in MANIFESTS if name.startswith("controlnetxs_") or "lllite" in name]
UNIONS = [name for name in MANIFESTS if "union" in name]
CONTROL_LORAS = [name for name in MANIFESTS if name.startswith("control_lora_")]


def checkpoint(name: str) -> Checkpoint:
    """The file of this name with tensors on the meta device."""
    return Checkpoint({key: torch.empty(shape, device="meta") for key, shape in MANIFESTS[name].items()}, f"{name}.pth")
