"""A training run that can be stopped or killed at any time, and goes on from its last checkpoint as if it had not been.

Two runs with the same plan, seed and data end with the same weights, bit for bit on a CPU.
"""

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ...errors import TrainingFailed, UnreadableFile

STEP = "step"
MODEL, AVERAGED, OPTIMIZER = "model.", "averaged.", "optimizer."
DRAWS = 1_000_003  # a prime: seeds of neighbouring runs do not meet
SEEDS = 2**64  # of PyTorch's generators

Loss = Callable[[torch.Generator], Tensor]
"""Draws a batch with the generator, whose state depends on seed and step alone, and returns a scalar."""


@dataclass(frozen=True)
class Plan:
    """`steps` are updates of the weights, each by `accumulate` batches.

    The rate grows over the first `warmup` steps, and falls to zero in a straight line behind the share `decay_from` of
    all. `average` is how much of the moving average every step keeps, 0 for none. Gradients are clipped to `clip`. A
    checkpoint is written every `keep_every` steps, and when the run ends for whatever reason.
    """

    steps: int
    learning_rate: float = 1e-5
    seed: int = 0
    accumulate: int = 1
    warmup: int = 0
    decay_from: float = 1.0
    average: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.01
    clip: float = 1.0
    keep_every: int = 200

    def rate(self, step: int) -> float:
        rate = self.learning_rate
        if self.warmup:
            rate *= min(1.0, (step + 1) / self.warmup)
        if self.decay_from < 1.0:
            rate *= min(1.0, max((self.steps - step) / (self.steps * (1 - self.decay_from)), 0.01))
        return rate


class Together(Protocol):
    """Processes that train as one, each on its part of every batch. The first of them writes.

    `part` is this one's number, and how many there are.
    """

    part: tuple[int, int]

    def mean(self, tensors: list[Tensor]) -> None:
        """Give each tensor the mean of what the processes have there."""

    def wait(self) -> None:
        """For all to come this far."""


class Alone:
    part = (0, 1)

    def mean(self, tensors: list[Tensor]) -> None:
        """A single process's own."""

    def wait(self) -> None:
        """For nobody."""


ALONE = Alone()


class Run:
    """`model` holds what is trained; `averaged` its moving average, or the model itself without one.

    `file` is where its checkpoint lies, None for a run that need not survive. All processes of `together` begin with
    the same model and file.
    """

    def __init__(self, model: nn.Module, plan: Plan, file: Path | None = None, together: Together = ALONE):
        self.model, self.plan, self.file, self.together = model, plan, file, together
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.trained, plan.learning_rate, betas=plan.betas, weight_decay=plan.weight_decay
        )
        self.averaged = deepcopy(model).requires_grad_(False) if plan.average else model
        self.step = self.kept = 0
        self.whole = True  # and not half an update behind Ctrl-C
        self.resume()
        self._agree()

    def train(self, loss: Loss, after: Callable[["Run", float], None] = lambda run, value: None) -> None:
        """Take the remaining steps. `after(run, loss)` is called behind each; what it raises ends the run.

        Raises:
            TrainingFailed: loss or gradient are not finite; the weights are those of the step before.
        """
        try:
            while self.step < self.plan.steps:
                value = self._update(loss)
                after(self, value)
                if self.step % self.plan.keep_every == 0:
                    self.save()
        finally:
            self.save()

    def save(self) -> None:
        """Written aside, then renamed: a kill in the middle leaves the last checkpoint whole."""
        if self.file is None or self.step == self.kept or not self.whole or self.together.part[0] > 0:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        aside = self.file.with_suffix(".writing")
        save_file(dict(self._state()), aside, metadata={STEP: str(self.step)})
        os.replace(aside, self.file)
        self.kept = self.step

    def resume(self) -> None:
        """
        Raises:
            UnreadableFile: the checkpoint is that of another network, or damaged.
        """
        if self.file is None or not self.file.exists():
            return
        state = load_file(self.file)
        try:
            self.model.load_state_dict(_part(state, MODEL))
            if self.plan.average:
                self.averaged.load_state_dict(_part(state, AVERAGED))
            moments = _part(state, OPTIMIZER)
            for n, parameter in enumerate(self.trained):
                names = [name for name in moments if name.startswith(f"{n}.")]
                self.optimizer.state[parameter] = {name.partition(".")[2]: moments[name] for name in names}
        except (KeyError, RuntimeError) as error:
            raise UnreadableFile(
                f"{self.file.name} is the checkpoint of another training run ({error}). Choose another name for this "
                "one, or delete the file to begin anew."
            ) from error
        self.step = self.kept = steps_taken(self.file)

    def _agree(self) -> None:
        """
        Raises:
            UnreadableFile: another process goes on from another step.
        """
        mean = torch.full((1,), float(self.step), device=self.trained[0].device)
        self.together.mean([mean])
        if mean.item() != self.step:
            raise UnreadableFile(
                f"This process would go on behind step {self.step}, and others behind another. Let all of them read "
                "one checkpoint: share its folder."
            )

    def _update(self, loss: Loss) -> float:
        """One step; returns its loss."""
        self.optimizer.zero_grad(set_to_none=True)
        total = sum(self._batch(loss, part) for part in range(self.plan.accumulate))
        self.together.mean([p.grad for p in self.trained if p.grad is not None])
        self._finite("gradient", torch.nn.utils.clip_grad_norm_(self.trained, self.plan.clip))
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate(self.step)
        self.whole = False
        self.optimizer.step()
        self._follow()
        self.step += 1
        self.whole = True
        return total

    def _batch(self, loss: Loss, part: int) -> float:
        """The share in the loss of one of the step's batches, whose gradient is added."""
        draw = self.plan.seed * DRAWS + self.step * self.plan.accumulate + part
        value = loss(torch.Generator().manual_seed(draw % SEEDS)) / self.plan.accumulate
        told = value.detach().clone()
        self.together.mean([told])
        self._finite("loss", told)
        value.backward()
        return told.item()

    def _finite(self, what: str, number: Tensor) -> None:
        if not number.isfinite():
            raise TrainingFailed(
                f"The {what} of step {self.step + 1} is {number.item()}. Try a lower learning rate, or precision fp32."
            )

    def _follow(self) -> None:
        """Move the average towards the weights; faster at first, when they are still far from good."""
        if self.plan.average:
            keep = min(self.plan.average, (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                torch._foreach_lerp_(list(self.averaged.parameters()), list(self.model.parameters()), 1 - keep)

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        yield from _named(MODEL, self.model.state_dict())
        if self.plan.average:
            yield from _named(AVERAGED, self.averaged.state_dict())
        for n, parameter in enumerate(self.trained):
            yield from _named(f"{OPTIMIZER}{n}.", self.optimizer.state.get(parameter, {}))


def averaged(file: Path) -> dict[str, Tensor]:
    """The weights that a run with this checkpoint gives: their moving average where it has one."""
    state = load_file(file)
    return _part(state, AVERAGED) or _part(state, MODEL)


def steps_taken(file: Path) -> int:
    with safe_open(file, framework="pt") as held:
        return int(held.metadata()[STEP])


def _named(prefix: str, tensors: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    for key, tensor in tensors.items():
        yield prefix + key, tensor.detach().contiguous()


def _part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): tensor for key, tensor in state.items() if key.startswith(prefix)}
