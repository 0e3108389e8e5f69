"""What does a learned control map cost? Random weights of the published sizes, images of 512 x 512, one and four.

Each in a process of its own, on Linux: processor seconds an image of a first run, which loads, and of a second, which
must not; and how far memory grows, weights included.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import folder_paths

from .. import discovery, preprocessors
from ..host.annotators import FOLDER
from ..preprocessors.declare import SOCKETS, Network, Preprocessor
from . import annotator_weights
from .annotator_weights import ready
from .report import Case, options, show

ROOT = Path(__file__).resolve().parent.parent


def learned() -> list[Preprocessor]:
    """Those that ask a network, and nothing of another node."""
    every = discovery.declared(preprocessors, Preprocessor).values()
    asks = [one for one in every if any(option.type is Network for option in one.options)]
    return [
        one
        for one in asks
        if ready(one) and not any(option.type in SOCKETS and option.required for option in one.options)
    ]


def once(one: Preprocessor, batch: int, folder: Path, threads: int) -> dict:
    words = ["benchmarks.learned_once", one.id, str(batch), str(folder), str(threads)]
    command = [sys.executable, str(ROOT / "standalone.py"), *words]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT).stdout
    return json.loads(answer.splitlines()[-1])


def measure(one: Preprocessor, folder: Path, threads: int) -> Case:
    alone, four = (once(one, batch, folder, threads) for batch in (1, 4))
    return {
        "name": one.title,
        "first_seconds": alone["first"],
        "second_seconds": alone["second"],
        "seconds_of_four": four["second"],
        "peak_mb": alone["peak_mb"],
        "peak_mb_of_four": four["peak_mb"],
        "loads_again": alone["loads"][1],
        "left_after_unloading": alone["left"],
    }


def main() -> None:
    chosen = options(__doc__, threads=1)
    with tempfile.TemporaryDirectory() as folder:
        annotator_weights.write(Path(folder))
        folder_paths.add_model_folder_path(FOLDER, folder)
        cases = [measure(one, Path(folder), chosen.threads) for one in learned()[:: 4 if chosen.quick else 1]]
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
