"""Do the papers' claims on control repeat in miniature? ControlNet, ControlNet-XS and T2I-Adapter, trained alike.

With --json FILE every finished part is kept in it, and a run that was stopped goes on from there. With --page FOLDER
nothing is measured: what the file holds is written as a page.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from ..practice import maps
from .claims.cells import Cell, Found, measured, planned
from .claims.depth_reader import trained_reader
from .claims.judge import Judge
from .claims.lessons import School
from .claims.page import write_page
from .claims.results import Results
from .claims.speed import speeds
from .claims.verdicts import verdicts
from .kept import Kept
from .practice_fidelity import CONTROLNET, Practice
from .report import Case, options, show


@dataclass(frozen=True)
class Size:
    """Of a whole run; networks are judged `every` so many steps, and each speed is the median of `rounds`."""

    steps: int
    every: int
    scenes: int
    held_out: int
    reader_steps: int
    rounds: int


WHOLE = Size(steps=250, every=50, scenes=1024, held_out=16, reader_steps=500, rounds=4)
QUICK = Size(steps=60, every=30, scenes=128, held_out=8, reader_steps=60, rounds=2)


def run(kept: Kept, size: Size, cells: Iterable[Cell]) -> Found:
    """Everything of these cells that is not known yet."""
    practice = Practice()
    judge = Judge(School(practice, size.scenes, size.held_out), trained_reader(size.reader_steps))
    kept.once("bounds", lambda: bounds(judge))
    kept.once("speeds", lambda: speeds(judge, size.rounds))
    for cell in cells:
        kept.once(cell.key, lambda cell=cell: asdict(cell) | measured(cell, judge, size.every), "cells")
    return kept.found


def bounds(judge: Judge) -> Found:
    """The scores of the scenes themselves, and of pictures drawn without control."""
    control = judge.school.practice.controls[CONTROLNET]
    return {
        "the scenes": judge.scores(maps.images(judge.school.asked)),
        "no control": judge.scores(judge.drawn(control, "canny", strength=0.0)),
    }


def table(found: Found) -> list[Case]:
    """A line for each claim that the run says something to."""
    return [one._asdict() for one in verdicts(Results(found))]


def main() -> None:
    chosen = options(__doc__, threads=1, page="write evidence.md and its pictures into this folder, of what is known")
    size = QUICK if chosen.quick else WHOLE
    kept = Kept(chosen.json, size)
    if not chosen.page:
        run(kept, size, planned(size.steps))
    show(table(kept.found), None)
    if chosen.page:
        write_page(kept.found, chosen.page)


if __name__ == "__main__":
    main()
