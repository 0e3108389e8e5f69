"""What a run has found, as tables ask it."""

from collections.abc import Callable
from dataclasses import dataclass

from .cells import DROPPED, Found
from .statistics import Estimate, estimate

Number = Callable[[Found], float]
"""One number of a cell."""


def number(name: str) -> Number:
    return lambda cell: cell[name]


def without_prompts(name: str) -> Number:
    return lambda cell: cell["no_prompts"][name]


@dataclass(frozen=True)
class Results:
    """The cells of a run; those of ablations apart from the others."""

    found: Found

    def runs(self, network: str, hint: str) -> dict[int, Found]:
        """By their seeds; with zero convolutions and the usual share of dropped prompts."""
        return {cell["seed"]: cell for cell in self._of(network, hint) if cell["zero"] and cell["dropped"] == DROPPED}

    def without_zero(self, network: str, hint: str) -> Found | None:
        return next((cell for cell in self._of(network, hint) if not cell["zero"]), None)

    def without_drops(self, network: str, hint: str) -> Found | None:
        return next((cell for cell in self._of(network, hint) if cell["dropped"] != DROPPED), None)

    def estimate(self, network: str, hint: str, of: Number) -> Estimate | None:
        runs = self.runs(network, hint)
        return estimate([of(cell) for cell in runs.values()]) if runs else None

    def difference(self, first: str, second: str, hint: str, of: Number) -> Estimate | None:
        """First less second, over the seeds that both have: they saw the same batches."""
        one, other = self.runs(first, hint), self.runs(second, hint)
        pairs = [of(one[seed]) - of(other[seed]) for seed in one.keys() & other.keys()]
        return estimate(pairs) if pairs else None

    def _of(self, network: str, hint: str) -> list[Found]:
        return [cell for cell in self.found["cells"].values() if (cell["network"], cell["hint"]) == (network, hint)]
