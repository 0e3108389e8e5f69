"""A training run that can be killed at any time and goes on from its last checkpoint."""

import json
import os
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

CHECKPOINT_EVERY = 200
LOG_EVERY = 20


@dataclass
class Run:
    """`model` holds what is trained; its moving average is what is exported."""

    folder: Path
    name: str
    model: nn.Module
    steps: int
    learning_rate: float
    seed: int = 0
    warmup: int = 100
    decay_from: float = 0.75  # of all steps; from there the rate falls to zero in a straight line
    average: float = 0.999

    def __post_init__(self):
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, self.learning_rate, betas=(0.9, 0.99), weight_decay=0.01)
        self.averaged = deepcopy(self.model).requires_grad_(False)
        self.step = 0

    @property
    def checkpoint(self) -> Path:
        return self.folder / f"{self.name}.pt"

    def rate(self) -> float:
        left = (self.steps - self.step) / (self.steps * (1 - self.decay_from))
        return self.learning_rate * min(1.0, (self.step + 1) / self.warmup, max(left, 0.01))

    def resume(self) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def save(self) -> None:
        """Written aside, then renamed: a kill in the middle leaves the last checkpoint whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {"model": self.model.state_dict(), "averaged": self.averaged.state_dict()}
        state |= {"optimizer": self.optimizer.state_dict(), "step": self.step}
        aside = self.checkpoint.with_suffix(".writing")
        torch.save(state, aside)
        os.replace(aside, self.checkpoint)

    def train(
        self,
        loss: Callable[[torch.Generator], Tensor],
        evaluate: Callable[[nn.Module], dict] | None = None,
        every: int = 0,
    ) -> None:
        """Take the remaining steps. `loss` draws its batch with a generator that depends on seed and step alone.

        Raises:
            FloatingPointError: the loss is not a finite number.
        """
        self.resume()
        started, recent = time.monotonic(), []
        while self.step < self.steps:
            value = loss(torch.Generator().manual_seed(self.seed * 1_000_003 + self.step))
            recent.append(value.item())
            if recent[-1] != recent[-1] or abs(recent[-1]) == float("inf"):
                raise FloatingPointError(f"The loss of step {self.step} is {recent[-1]}; try a lower learning rate.")
            self.optimizer.zero_grad(set_to_none=True)
            value.backward()
            torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate()
            self.optimizer.step()
            self._follow()
            self.step += 1
            if self.step % LOG_EVERY == 0:
                self.log({"loss": round(sum(recent) / len(recent), 5), "seconds": round(time.monotonic() - started, 1)})
                recent.clear()
            if evaluate and self.step % every == 0:
                self.log(evaluate(self.averaged))
            if self.step % CHECKPOINT_EVERY == 0 or self.step == self.steps:
                self.save()

    def log(self, facts: dict) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"step": self.step, **facts})
        print(self.name, line, flush=True)
        with open(self.folder / f"{self.name}.jsonl", "a") as log:
            log.write(line + "\n")

    def _follow(self) -> None:
        """Move the average towards the weights; faster at first, when they are still far from good."""
        keep = min(self.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.averaged.parameters()), list(self.model.parameters()), 1 - keep)
