"""What a run has found, as tables ask it."""

from collections.abc import Callable
from dataclasses import dataclass

from .cells import DROPPED, Found
from .statistics import Estimate, estimate

TOLD_APART = ("network", "hint", "zero", "dropped")

Runs = dict[int, Found]
"""Cells that differ in nothing but their seeds, by them."""

Number = Callable[[Found], float]
"""One number of a cell."""


def number(name: str) -> Number:
    return lambda cell: cell[name]


def at_first(name: str) -> Number:
    """Before the first step."""
    return lambda cell: cell["curve"][0][name]


def without_prompts(name: str) -> Number:
    return lambda cell: cell["no_prompts"][name]


def lost_without(cell: Found) -> dict[str, float]:
    """What the F1 loses where a block does not act, of a cell that was probed."""
    return {block: cell["f1"] - one["f1"] for block, one in cell["blocks"].items()}


@dataclass(frozen=True)
class Results:
    """The cells of a run; those of ablations apart from the others."""

    found: Found

    def runs(self, network: str, hint: str, zero: bool = True, dropped: float = DROPPED) -> Runs:
        """With or without zero convolutions, and with that share of dropped prompts."""
        wanted = (network, hint, zero, dropped)
        cells = self.found["cells"].values()
        return {cell["seed"]: cell for cell in cells if tuple(cell[name] for name in TOLD_APART) == wanted}


def mean(runs: Runs, of: Number) -> Estimate:
    return estimate([of(cell) for cell in runs.values()])


def difference(first: Runs, second: Runs, of: Number) -> Estimate | None:
    """First less second, over the seeds that both have: they saw the same batches."""
    pairs = [of(first[seed]) - of(second[seed]) for seed in first.keys() & second.keys()]
    return estimate(pairs) if pairs else None
