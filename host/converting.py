"""From a pickle or an ONNX file to safetensors, with the names that the network has; nothing in the file is run."""

import os
from pathlib import Path

import safetensors.torch
import torch

from ..errors import IncompatibleCheckpoint, InvalidValue
from ..preprocessors.pretrained import Pretrained
from .annotators import published
from .downloading import digest
from .reading import read_checkpoint


def convert(path: Path, folder: Path) -> Path:
    """Where the weights of `path` lie as safetensors, in `folder`, under the same name; dtypes stay.

    The header tells the network, the source's name and SHA-256, and the licence where it is a published file.

    Raises:
        ArmatureError: the file cannot be read, holds no known network, or the new one is there already.
    """
    made = folder / f"{path.stem}.safetensors"
    if made.exists():
        raise InvalidValue(f"{made} is there already. Move it away to have it made again.")
    weights = read_checkpoint(path, path.name).tensors
    network = _of(weights, path.name)
    network.load(weights, torch.nn, path.name)
    file, _ = published().get(path.name, (None, None))
    metadata = {"format": "pt", "network": network.id, "source": path.name, "source_sha256": digest(path)}
    metadata |= {"source_url": file.url, "licence": file.licence} if file else {}
    own = {key: weight.contiguous().clone() for key, weight in network.canonical(weights).items()}
    part = made.with_name(f"{made.name}.part")
    try:
        safetensors.torch.save_file(own, part, metadata)
        os.replace(part, made)
    finally:
        part.unlink(missing_ok=True)
    return made


def _of(weights: dict[str, torch.Tensor], name: str) -> Pretrained:
    networks = {network.id: network for _, network in published().values()}
    fitting = [network for network in networks.values() if network.fits(weights)]
    if len(fitting) == 1:
        return fitting[0]
    found = " and of ".join(network.id for network in fitting) or "no network that is known here"
    raise IncompatibleCheckpoint(
        f"{name} holds weights of {found}; those of one of {', '.join(sorted(networks))} were expected."
    )
