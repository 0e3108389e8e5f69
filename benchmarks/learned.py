"""What does a learned control map cost? Random weights of the published sizes, photographs of 512 x 512, one and four.

Each network in a process of its own, on Linux: processor seconds an image of a first run, which loads, and of later
ones, which must not; and how far memory grows, weights included. Beside ours the same network in transformers' own
pipeline, or in comfyui_controlnet_aux, which reads its file at every run: in a process of its own for its memory, then
in turns with ours in a third. Their cells are empty where neither runs.

With --json FILE every finished network is kept in it, and a run that was stopped goes on from there.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from .. import discovery, preprocessors
from ..preprocessors.declare import SOCKETS, Preprocessor
from . import annotator_weights
from .annotator_weights import asked
from .kept import Kept
from .learned_peers import PIPELINES
from .report import Case, options, show

ROOT = Path(__file__).resolve().parent.parent
Once = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """Of the photographs, in pixels, and how often ours and theirs take turns."""

    side: int
    rounds: int


WHOLE = Size(side=512, rounds=2)
QUICK = Size(side=256, rounds=1)


def learned() -> Iterator[Preprocessor]:
    """Those that ask a network, and nothing of another node."""
    for one in discovery.declared(preprocessors, Preprocessor).values():
        if asked(one) and not any(option.type in SOCKETS and option.required for option in one.options):
            yield one


def once(one: Preprocessor, size: Size, folder: Path, threads: int, peer: Path | None, *who: str) -> Once | None:
    """None where theirs does not run: a package is missing, or it wants to download something."""
    words = ["benchmarks.learned_once", one.id, size.side, size.rounds, folder, threads, *who]
    words += ["--peer", peer] if peer else []
    command = [sys.executable, ROOT / "standalone.py", *words]
    answer = subprocess.run(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, check=who[0] == "ours", cwd=ROOT
    )
    return None if answer.returncode else json.loads(answer.stdout.splitlines()[-1])


def beside(one: Preprocessor, peer: Path | None) -> str:
    if one.id in PIPELINES:
        return "pipeline"
    return "aux" if peer and one.replaces else ""


def measure(one: Preprocessor, size: Size, threads: int, peer: Path | None) -> Case:
    who = beside(one, peer)
    with TemporaryDirectory() as folder:
        annotator_weights.write(Path(folder), asked(one).values())
        run = partial(once, one, size, Path(folder), threads, peer)
        own, theirs = run("ours"), run(who) if who else None
        turns = run("ours", who) if theirs else None
    found = {"name": one.title, **own}
    return found | {"peer": who, **against(own, theirs, turns)} if theirs else found


def against(own: Once, theirs: Once, turns: Once) -> Case:
    """What they need, and how much faster ours is: in turns for one image, in neighbouring processes for four."""
    ours, peers = turns["seconds"]
    return {
        "seconds": median(ours),
        "peer_seconds": median(peers),
        "peer_seconds_of_four": theirs["seconds_of_four"],
        "peer_peak_mb": theirs["peak_mb"],
        "peer_peak_mb_of_four": theirs["peak_mb_of_four"],
        "faster": median(peer / our for our, peer in zip(ours, peers)),
        "faster_of_four": theirs["seconds_of_four"] / own["seconds_of_four"],
        "difference": turns["difference"],
    }


def run(kept: Kept, size: Size, threads: int, peer: Path | None) -> list[Case]:
    """A line for each network, of those that are not known yet after they were measured."""
    for one in learned():
        kept.once(one.title, partial(measure, one, size, threads, peer), "cells")
    found = kept.found["cells"].values()
    columns = list(dict.fromkeys(column for case in found for column in case))
    return [{column: case.get(column, "") for column in columns} for case in found]


def main() -> None:
    chosen = options(__doc__, threads=1, peer="where comfyui_controlnet_aux is, to run its nodes as well")
    size = QUICK if chosen.quick else WHOLE
    show(run(Kept(chosen.json, size), size, chosen.threads, chosen.peer), None)


if __name__ == "__main__":
    main()
