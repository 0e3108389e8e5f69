"""Random weights of the preprocessors' networks at their published sizes, in files and folders as published."""

import json
import lzma
import math
from pathlib import Path
from urllib.parse import urlsplit

import torch
from safetensors.torch import save_file
from torch import Tensor

from ..host.annotators import found_files, published
from ..preprocessors.declare import Network, Preprocessor

MANIFESTS = Path(__file__).resolve().parent.parent / "tests" / "data" / "annotators.json.xz"
NAMED = {
    "lineart_coarse": "lineart",
    "mteed": "teed",
    "depth_anything_v2": "depth_anything_v2_vits",
    "dwpose": "dwpose_rtmpose_l_384",
    "oneformer": "hf_oneformer_swinl",
    "segformer": "hf_segformer_b5_ade",
    "upernet": "hf_upernet_convnext_small",
    "vitpose": "hf_vitpose_base",
    "zoedepth": "hf_zoedepth_nk",
}
"""A network's manifest where its name is not the network's id."""
WRAPPED = {
    "normalbae": lambda weights: {"model": weights},
    "pidinet": lambda weights: {"state_dict": {f"module.{key}": weight for key, weight in weights.items()}},
}


def write(folder: Path) -> None:
    """The first file of every network whose shapes are known, in Hugging Face's folders; ONNX as safetensors."""
    shapes = json.loads(lzma.decompress(MANIFESTS.read_bytes()))
    for file, network in published().values():
        if file is not network.files[0] or (known := shapes.get(NAMED.get(network.id, network.id))) is None:
            continue
        repository, _, inside = urlsplit(file.url).path.strip("/").partition("/resolve/main/")
        path = (folder / repository / inside).with_name(file.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        weights = {key: _random(key, shape) for key, shape in known.items()}
        if path.suffix in (".safetensors", ".onnx"):
            save_file(weights, path.with_suffix(".safetensors"))
        else:
            torch.save(WRAPPED.get(network.id, dict)(weights), path)


def networks(preprocessor: Preprocessor) -> dict[str, str]:
    """The names of the files that `write` made, by the options that ask for them."""
    return {o.name: o.pretrained.files[0].name for o in preprocessor.options if o.type is Network}


def ready(preprocessor: Preprocessor) -> bool:
    """Whether `write` could make all of them."""
    return all(found_files(o.pretrained) for o in preprocessor.options if o.type is Network)


def _random(key: str, shape: list[int]) -> Tensor:
    """Activations stay about as large as they are."""
    if key.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    if len(shape) > 1:
        return torch.randn(shape) * math.sqrt(2 / math.prod(shape[1:]))
    return 0.75 + 0.5 * torch.rand(shape) if key.endswith(("running_var", "weight")) else 0.1 * torch.randn(shape)
