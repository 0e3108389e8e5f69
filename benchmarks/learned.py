"""What does a learned control map cost? Random weights of the published sizes, photographs of 512 x 512, one and four.

Each in a process of its own, on Linux: processor seconds an image of a first run, which loads, and of later ones, which
must not; and how far memory grows, weights included. Beside ours the same network in transformers' own pipeline, or in
comfyui_controlnet_aux, which reads its file at every run. Their cells are empty where neither runs.
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
from .learned_peers import PIPELINES
from .report import Case, options, show

ROOT = Path(__file__).resolve().parent.parent
NOTHING = {"again": "", "peak_mb": ""}


def learned() -> list[Preprocessor]:
    """Those that ask a network, and nothing of another node."""
    every = discovery.declared(preprocessors, Preprocessor).values()
    asks = [one for one in every if any(option.type is Network for option in one.options)]
    return [
        one
        for one in asks
        if ready(one) and not any(option.type in SOCKETS and option.required for option in one.options)
    ]


def once(who: str, one: Preprocessor, batch: int, folder: Path, threads: int, peer: Path | None) -> dict | None:
    """None where theirs does not run: a package is missing, or it wants to download something."""
    words = ["benchmarks.learned_once", who, one.id, str(batch), str(folder), str(threads)]
    words += ["--peer", str(peer)] if peer else []
    command = [sys.executable, str(ROOT / "standalone.py"), *words]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=who == "ours", cwd=ROOT)
    return None if answer.returncode else json.loads(answer.stdout.splitlines()[-1])


def beside(one: Preprocessor, peer: Path | None) -> str:
    if one.id in PIPELINES:
        return "pipeline"
    return "aux" if peer and one.replaces else ""


def measure(one: Preprocessor, folder: Path, threads: int, peer: Path | None) -> Case:
    who = beside(one, peer)
    alone, four = (once("ours", one, batch, folder, threads, peer) for batch in (1, 4))
    theirs = [(who and once(who, one, batch, folder, threads, peer)) or NOTHING for batch in (1, 4)]
    known = theirs[0] is not NOTHING
    return {
        "name": one.title,
        "first_seconds": alone["first"],
        "seconds": alone["again"],
        "seconds_of_four": four["again"],
        "peak_mb": alone["peak_mb"],
        "peak_mb_of_four": four["peak_mb"],
        "loads_again": alone["loads"] + four["loads"],
        "left_after_unloading": alone["left"] + four["left"],
        "peer": who if known else "",
        "peer_seconds": theirs[0]["again"],
        "peer_seconds_of_four": theirs[1]["again"],
        "peer_peak_mb": theirs[0]["peak_mb"],
        "peer_peak_mb_of_four": theirs[1]["peak_mb"],
        "faster": theirs[0]["again"] / alone["again"] if known else "",
    }


def main() -> None:
    chosen = options(__doc__, threads=1, peer="where comfyui_controlnet_aux is, to run its nodes as well")
    with tempfile.TemporaryDirectory() as folder:
        annotator_weights.write(Path(folder))
        folder_paths.add_model_folder_path(FOLDER, folder)
        every = learned()[:: 4 if chosen.quick else 1]
        show([measure(one, Path(folder), chosen.threads, chosen.peer) for one in every], chosen.json)


if __name__ == "__main__":
    main()
