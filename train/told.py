"""What a run tells in the terminal, and the pictures that it leaves beside its result."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from ..control.model import ControlModel
from ..control.training.objective import Example
from ..control.training.run import Run, Together
from ..host.teaching import ComfyBase
from ..host.training_report import picture

TOLD_EVERY = 10  # steps


@dataclass(eq=False)
class Told:
    """Called behind each step, with its loss; the first process prints the mean loss and the seconds of a step.

    Every `every` steps the example is drawn into `folder`, its hint beside it; 0 for never.
    """

    network: ControlModel
    base: ComfyBase
    example: Example
    every: int
    folder: Path
    together: Together
    recent: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def __call__(self, run: Run, loss: float) -> None:
        if self.together.part[0] > 0:
            return
        self.recent.append(loss)
        if self.every and run.step % self.every == 0:
            self._draw(run.step)
        if run.step % TOLD_EVERY == 0 or run.step == run.plan.steps:
            seconds = (time.monotonic() - self.began) / len(self.recent)
            told = f"step {run.step} of {run.plan.steps}, loss {fmean(self.recent):.4g}, {seconds:.2f} s a step"
            print(told, flush=True)
            self.recent, self.began = [], time.monotonic()

    def _draw(self, step: int) -> None:
        if shown := picture(self.network, self.base, self.example):
            self.folder.mkdir(parents=True, exist_ok=True)
            shown.save(self.folder / f"{step:07}.png")
