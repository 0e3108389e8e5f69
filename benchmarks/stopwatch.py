"""Time on the device that does the work, taken in rounds so that what disturbs one contender disturbs all."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import torch

Name = TypeVar("Name")
T = TypeVar("T")


class Stopwatch:
    """`with` it around what is to be timed, as often as wanted; `seconds` is the sum.

    On a CPU they are the processor's, so that other jobs do not count; on a GPU those between events in its stream,
    so that nothing waits while it runs.
    """

    def __init__(self, device: torch.device):
        self.on_gpu = device.type == "cuda"
        self.begun: list = []
        self.ended: list = []

    def __enter__(self) -> "Stopwatch":
        self.begun.append(self._now())
        return self

    def __exit__(self, *error) -> None:
        self.ended.append(self._now())

    @property
    def seconds(self) -> float:
        if not self.on_gpu:
            return sum(self.ended) - sum(self.begun)
        torch.cuda.synchronize()
        return sum(begun.elapsed_time(ended) for begun, ended in zip(self.begun, self.ended)) / 1000

    def _now(self) -> "float | torch.cuda.Event":
        if not self.on_gpu:
            return time.process_time()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event


def interleaved(once: Mapping[Name, Callable[[], T]], rounds: int) -> dict[Name, list[T]]:
    """What each gives in each round. A round runs all, and every round begins with another; the first warms up."""
    names = list(once)
    taken: dict[Name, list[T]] = {name: [] for name in names}
    for i in range(rounds + 1):
        start = i % len(names)
        for name in (*names[start:], *names[:start]):
            found = once[name]()
            if i > 0:
                taken[name].append(found)
    return taken
