"""Which files hold weights of preprocessors' networks, and where they lie; a file is known by the keys in it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import folder_paths

from .. import discovery, preprocessors
from ..errors import MissingWeights, UnreadableFile
from ..preprocessors.pretrained import Pretrained, Published
from .reading import read_outline
from .unchanged import while_unchanged

FOLDER = "annotators"
PEER = "comfyui_controlnet_aux"
SUFFIXES = (".safetensors", ".sft", ".pth", ".pt", ".ckpt", ".bin", ".onnx")


def register() -> None:
    """Tell ComfyUI of the folder, and of what another pack has downloaded, which is only ever read."""
    folder_paths.add_model_folder_path(FOLDER, str(Path(folder_paths.models_dir) / FOLDER))
    for root in map(Path, folder_paths.get_folder_paths("custom_nodes")):
        if (downloaded := root / PEER / "ckpts").is_dir():
            folder_paths.add_model_folder_path(FOLDER, str(downloaded))


def folder() -> Path:
    """Where new files belong."""
    return Path(folder_paths.get_folder_paths(FOLDER)[0])


@cache
def published() -> dict[str, tuple[Published, Pretrained]]:
    """Every file that some network names, by its name, with that network."""
    networks = discovery.declared(preprocessors, Pretrained).values()
    return {file.name: (file, network) for network in networks for file in network.files}


def file_names(network: Pretrained) -> list[str]:
    """What a node offers: the files that fit, its published ones first, those of them that are missing, and last what
    fits but is published for another network.

    The missing ones are there so that a workflow opens and runs as far as their message.
    """
    found, own = found_files(network), [file.name for file in network.files]
    elsewhere = {Path(name).stem for name in published() if name not in own}
    others = [name for name in found if Path(name).stem in elsewhere]
    here, missing = ([name for name in found if name not in others], [name for name in own if name not in found])
    return [*here, *missing, *others]


def found_files(network: Pretrained) -> dict[str, Path]:
    """The files that fit, by the names that nodes offer.

    One that is published has its published name wherever it lies, and also as .safetensors.
    """
    published = {Path(file.name).stem: file.name for file in network.files}
    found: dict[str, Path] = {}
    for name, path in _places():
        if _fits(path, network):
            found.setdefault(published.get(path.stem, name), path)
    order = {file.name: index for index, file in enumerate(network.files)}
    return dict(sorted(found.items(), key=lambda item: order.get(item[0], len(order))))


def path_of(name: str, network: Pretrained) -> Path:
    """
    Raises:
        MissingWeights: there is no such file; the message says where to get it and where to put it.
    """
    if path := found_files(network).get(name):
        return path
    for held, path in _places():  # there, but damaged or another network's: whoever reads it says which
        if name in (held, path.name):
            return path
    raise MissingWeights(_missing(name, network))


def _missing(name: str, network: Pretrained) -> str:
    file = next((file for file in network.files if file.name == name), network.files[0])
    asked = "" if file.name == name else f"There is no file {name!r} for {network.id}. "
    return (
        f"{asked}{file.name} is missing. The node Get Weights brings it; or get it from {file.url} ({described(file)}) "
        f"and put it into {folder()}."
    )


def described(file: Published) -> str:
    size = "" if file.size is None else f"{file.size:,} bytes, "
    sha256 = "" if file.sha256 is None else f"SHA-256 {file.sha256}, "
    return f"{size}{sha256}licence {_licence(file)}"


def licences(network: Pretrained) -> str:
    return ", ".join(f"{file.name} {_licence(file)}" for file in network.files)


def _licence(file: Published) -> str:
    return f"{file.licence}{' (no commercial use)' if file.non_commercial else ''}"


def _places() -> Iterator[tuple[str, Path]]:
    if FOLDER not in folder_paths.folder_names_and_paths:
        return
    for name in folder_paths.get_filename_list(FOLDER):
        if name.lower().endswith(SUFFIXES):
            for root in map(Path, folder_paths.get_folder_paths(FOLDER)):
                if (path := root / name).is_file():
                    yield name, path


@while_unchanged(None)
def _fits(path: Path, network: Pretrained) -> bool:
    outline = _outline(path)
    return outline is not None and network.fits(outline)


@while_unchanged(256)
def _outline(path: Path) -> dict | None:
    """Names and shapes, None where it cannot be read."""
    try:
        return dict(read_outline(path, path.name).tensors)
    except UnreadableFile:
        return None
