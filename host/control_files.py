"""Which control files the loader nodes offer, and where each lies."""

from collections.abc import Iterator
from pathlib import Path

import folder_paths

from ..errors import UnreadableFile
from .practice import practice_controls

FOLDER, OTHER_FOLDERS = "controlnet", ("model_patches",)


def control_files() -> dict[str, Path]:
    """Files by the names that the loaders offer, in their order.

    Files that ComfyUI's own loader lists have the names that it gives them. All others follow, under the name of the
    folder that they are in: those of a second root with the same name, and those of `OTHER_FOLDERS`. The built-in
    practice controls come last.
    """
    found: dict[str, Path] = {}
    elsewhere: list[tuple[str, Path]] = []
    for folder in (FOLDER, *OTHER_FOLDERS):
        for name in folder_paths.get_filename_list(folder):
            for root, path in _places(folder, name):
                if folder == FOLDER and name not in found:
                    found[name] = path
                else:
                    elsewhere.append((f"{root.name}/{name}", path))
    for name, path in [*elsewhere, *practice_controls().items()]:
        while name in found:
            name = f"{path.parent.name}/{name}"
        found[name] = path
    return found


def path_of(name: str) -> Path:
    """
    Raises:
        UnreadableFile: the name is none of those that the loader offers.
    """
    if path := control_files().get(name):
        return path
    folders = ", ".join(folder_paths.get_folder_paths(FOLDER))
    raise UnreadableFile(
        f"There is no control model {name!r}. Put the file into one of {folders}, press R in ComfyUI to refresh the "
        "list, and choose it there."
    )


def _places(folder: str, name: str) -> Iterator[tuple[Path, Path]]:
    """The roots of the folder that hold a file of this name, each with the file's path."""
    for root in map(Path, folder_paths.get_folder_paths(folder)):
        if (path := root / name).is_file():
            yield root, path
