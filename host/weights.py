"""Weights of preprocessors, for people: `python standalone.py host.weights list`, `get NAME...`, `convert FILE...`."""

import argparse
import sys
from pathlib import Path

import comfy.model_management
import comfy.utils

from ..errors import ArmatureError, InvalidValue
from . import annotators
from .annotators import described, found_files, published
from .converting import convert
from .downloading import Progress, download

UNKNOWN = "unknown"
PAGE = """# Weights of preprocessors

They belong into `models/annotators`. The node *Get Weights* brings a file there when it is asked to; nothing else here
downloads. From a terminal, in the pack's folder, with the Python of ComfyUI:

```
python standalone.py host.weights list
python standalone.py host.weights get ControlNetHED.pth
python standalone.py host.weights convert FILE.pth FILE.onnx
```

`get` goes on where it was cut off, compares size and SHA-256, and honours `HF_ENDPOINT`, `HF_HUB_OFFLINE`,
`HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. `convert` writes safetensors from pickles and ONNX files, and runs nothing
that is in them.

Nodes offer every file whose weights fit, whatever its name and folder, under `models/annotators` and in what
comfyui_controlnet_aux has downloaded. A published file goes by its published name, also when it was converted.

| network | file | bytes | licence | commercial use | SHA-256 |
|---|---|---|---|---|---|"""


def get_weights(name: str, progress: Progress | None = None, folder: Path | None = None) -> str:
    """Bring the published file of this name, unless it is there; in words, where it is and how it may be used.

    Raises:
        ArmatureError: it is published nowhere, or did not come.
    """
    if name not in published():
        raise InvalidValue(f"No network here has a file {name!r}. There are {', '.join(published())}.")
    file, network = published()[name]
    path = download(file, folder or annotators.folder(), progress or _node_progress())
    return f"{path}\nfor {network.id}: {described(file)}"


def page() -> str:
    """The Markdown of docs/weights.md."""
    rows = [
        f"| {network.id} | [{file.name}]({file.url}) | {f'{file.size:,}' if file.size else UNKNOWN} | {file.licence} | "
        f"{'no' if file.non_commercial else ''} | {f'`{file.sha256}`' if file.sha256 else UNKNOWN} |"
        for file, network in sorted(published().values(), key=lambda pair: (pair[1].id, pair[1].files.index(pair[0])))
    ]
    return "\n".join([PAGE, *rows, ""])


def _node_progress() -> Progress:
    bar = comfy.utils.ProgressBar(1)

    def progress(there: int, total: int) -> None:
        bar.update_absolute(there, total)
        comfy.model_management.throw_exception_if_processing_interrupted()

    return progress


def _terminal_progress(there: int, total: int) -> None:
    print(f"\r{there / total:4.0%} of {total:,} bytes", end="", file=sys.stderr, flush=True)


def _list(chosen: argparse.Namespace) -> None:
    for file, network in published().values():
        here = found_files(network).get(file.name)
        print(f"{file.name}: {network.id}, {described(file)}\n    {here or 'not here'}")


def _get(chosen: argparse.Namespace) -> None:
    for name in chosen.name:
        print(get_weights(name, _terminal_progress, chosen.folder))


def _convert(chosen: argparse.Namespace) -> None:
    for file in chosen.file:
        print(convert(file, chosen.folder or annotators.folder()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="standalone.py host.weights", description="Weights of preprocessors.")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("list", help="all published files, and which are here").set_defaults(run=_list)
    get = commands.add_parser("get", help="download published files, or go on with it")
    get.add_argument("name", nargs="+")
    get.set_defaults(run=_get)
    converted = commands.add_parser("convert", help="write pickles and ONNX files as safetensors")
    converted.add_argument("file", nargs="+", type=Path)
    converted.set_defaults(run=_convert)
    for command in (get, converted):
        command.add_argument("--folder", type=Path, help="where to write; models/annotators if it is not given")
    chosen = parser.parse_args()
    annotators.register()
    try:
        chosen.run(chosen)
    except ArmatureError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
