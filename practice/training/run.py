"""A stage of training with its log: one JSON object a line, printed too."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from torch import nn

from ...control.training.run import Plan, Run

LOG_EVERY = 20


def stage(folder: Path, name: str, model: nn.Module, steps: int, learning_rate: float) -> Run:
    """The run of a stage, resumed where it was stopped; its moving average is what is exported."""
    plan = Plan(steps, learning_rate, warmup=100, decay_from=0.75, average=0.999, betas=(0.9, 0.99))
    return Run(model, plan, checkpoint(folder, name))


def checkpoint(folder: Path, name: str) -> Path:
    return folder / f"{name}.safetensors"


class Log:
    """Called behind each step: writes the mean loss, and what `evaluate` finds of the averaged model."""

    def __init__(self, run: Run, evaluate: Callable[[nn.Module], dict] | None = None, every: int = 0):
        self.file, self.evaluate, self.every = run.file.with_suffix(".jsonl"), evaluate, every
        self.started, self.recent = time.monotonic(), []

    def __call__(self, run: Run, loss: float) -> None:
        self.recent.append(loss)
        if run.step % LOG_EVERY == 0:
            mean = sum(self.recent) / len(self.recent)
            self.write(run, {"loss": round(mean, 5), "seconds": round(time.monotonic() - self.started, 1)})
            self.recent.clear()
        if self.evaluate and run.step % self.every == 0:
            self.write(run, self.evaluate(run.averaged))

    def write(self, run: Run, facts: dict) -> None:
        line = json.dumps({"step": run.step, **facts})
        print(self.file.stem, line, flush=True)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file, "a") as log:
            log.write(line + "\n")
