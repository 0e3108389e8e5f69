"""Keys and shapes of the networks' published files (tests/data/annotators.json.xz), and random weights of them."""

import json
import lzma
import math
from pathlib import Path

import folder_paths
import torch
from safetensors.torch import save_file

from armature.preprocessors.pretrained import Pretrained

from .tiny_networks import NETWORKS, shapes

FILE = Path(__file__).parent.parent / "data" / "annotators.json.xz"
MANIFESTS: dict[str, dict[str, list[int]]] = json.loads(lzma.decompress(FILE.read_bytes()))
SMALLER: dict[str, str] = {}  # a Pretrained's id: the manifest that its tests use, where that is not its own


def narrowed(name: str, by: int, instead: dict[int, int]) -> dict[str, list[int]]:
    """A manifest of the same layers with fewer channels, and other sizes `instead` of some."""

    def size(length: int) -> int:
        return instead.get(length, length // by if length % by == 0 and length > by else length)

    return {key: [size(length) for length in shape] for key, shape in MANIFESTS[name].items()}


PARTS = ("body", "hand", "face")  # of OpenPose
MAPS = {size: size for size in (38, 19, 22, 71)}  # and, where a stage takes maps and features together:
MANIFESTS |= {
    **{
        f"narrow_openpose_{part}": narrowed(f"openpose_{part}", 16, MAPS | {185: 65, 150: 30, 199: 79})
        for part in PARTS
    },
    "narrow_dwpose": narrowed("dwpose_rtmpose_l_384", 8, {576: 192, 768: 256, 108: 12}),  # for crops of 96 x 128
    "narrow_vitpose": {
        key: shape
        for key, shape in narrowed("hf_vitpose_base", 12, {193: 193}).items()
        if ".layer." not in key or ".layer.1." in key or ".layer.0." in key
    },
}
SMALLER |= {name.removeprefix("narrow_"): name for name in MANIFESTS if name.startswith("narrow_")}


def random_weights(shapes: dict[str, list[int]], seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights that keep activations about as large as they are; norms scale by about 1."""
    generator = torch.Generator().manual_seed(seed)
    return {key: _random(key, shape, generator) for key, shape in shapes.items()}


def _random(key: str, shape: list[int], generator: torch.Generator) -> torch.Tensor:
    if key.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    if len(shape) > 1:
        return torch.randn(shape, generator=generator) * math.sqrt(2 / math.prod(shape[1:]))
    if key.endswith(("running_var", "weight")):
        return 0.75 + 0.5 * torch.rand(shape, generator=generator)
    return 0.1 * torch.randn(shape, generator=generator)


def published(pretrained: Pretrained, name: str | None = None) -> str:
    """A published name of a network, or its first; its file, with random weights, is in the folder from now on."""
    name = name or pretrained.files[0].name
    path = Path(folder_paths.get_folder_paths("annotators")[0]) / f"{Path(name).stem}.safetensors"
    if not path.exists():
        own = pretrained.id
        held = shapes(own) if own in NETWORKS else MANIFESTS[SMALLER.get(own, own)]
        save_file(random_weights(held), path)
    return name
