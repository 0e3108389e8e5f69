"""Random weights of the preprocessors' networks at their published sizes, in files and folders as published."""

import json
import lzma
import math
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import torch
from safetensors.torch import save_file
from torch import Tensor

from ..preprocessors.declare import Network, Preprocessor
from ..preprocessors.pretrained import Pretrained, Weights

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


def _without_parts(weights: Weights) -> dict[str, Tensor]:
    """Under the names that OpenPose's files have: those of their parts are left out."""
    return {key.partition(".")[2]: weight for key, weight in weights.items()}


def _seeing_nobody(weights: Weights) -> dict[str, Tensor]:
    """OpenPose's bodies: random maps hold hundreds of people, each with hands and a face to look for."""
    last = "Mconv7_stage6_L2"
    return _without_parts({key: weight * (last not in key) for key, weight in weights.items()})


WRAPPED = {
    "openpose_body": _seeing_nobody,
    "openpose_hand": _without_parts,
    "normalbae": lambda weights: {"model": weights},
    "pidinet": lambda weights: {"state_dict": {f"module.{key}": weight for key, weight in weights.items()}},
}


def write(folder: Path, networks: Iterable[Pretrained]) -> None:
    """The first file of each network, in Hugging Face's folders; ONNX as safetensors."""
    shapes = json.loads(lzma.decompress(MANIFESTS.read_bytes()))
    for network in networks:
        file = network.files[0]
        repository, _, inside = urlsplit(file.url).path.strip("/").partition("/resolve/main/")
        path = (folder / repository / inside).with_name(file.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        weights = {key: _random(key, shape) for key, shape in shapes[NAMED.get(network.id, network.id)].items()}
        if path.suffix in (".safetensors", ".onnx"):
            save_file(weights, path.with_suffix(".safetensors"))
        else:
            torch.save(WRAPPED.get(network.id, dict)(weights), path)


def asked(preprocessor: Preprocessor) -> dict[str, Pretrained]:
    """The networks by the options that ask for them."""
    return {option.name: option.pretrained for option in preprocessor.options if option.type is Network}


def names(preprocessor: Preprocessor) -> dict[str, str]:
    """The names of the files that `write` makes of these networks, as values of the options."""
    return {option: network.files[0].name for option, network in asked(preprocessor).items()}


def _random(key: str, shape: list[int]) -> Tensor:
    """Activations stay about as large as they are."""
    if key.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    if len(shape) > 1:
        return torch.randn(shape) * math.sqrt(2 / math.prod(shape[1:]))
    return 0.75 + 0.5 * torch.rand(shape) if key.endswith(("running_var", "weight")) else 0.1 * torch.randn(shape)
