"""How long a control computes, without waiting for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import torch

TIMED = ("cpu", "cuda")  # on other devices a call returns before its work is done, and there are no events to ask


class Stopwatch:
    """Counts and times runs. On CUDA events are recorded between the kernels; they are read when the run is over."""

    def __init__(self):
        self.runs, self.seconds, self.complete = 0, 0.0, True
        self.events: list[tuple[torch.cuda.Event, torch.cuda.Event]] = []

    @contextmanager
    def run(self, device: torch.device) -> Iterator[None]:
        self.runs += 1
        self.complete = self.complete and device.type in TIMED
        if device.type == "cuda":
            with torch.cuda.device(device):
                pair = tuple(torch.cuda.Event(enable_timing=True) for _ in range(2))
                self.events.append(pair)
                pair[0].record()
                yield
                pair[1].record()
        else:
            begun = perf_counter()
            yield
            self.seconds += perf_counter() - begun

    def milliseconds(self) -> float | None:
        """Of all runs; None where the device cannot tell. Waits for the last of them."""
        if self.events:
            self.events[-1][1].synchronize()
        measured = 1000 * self.seconds + sum(begun.elapsed_time(ended) for begun, ended in self.events)
        return measured if self.complete else None
