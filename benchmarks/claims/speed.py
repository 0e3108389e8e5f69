"""Seconds of a training step and of a sampling step, all networks in turn."""

from collections.abc import Callable
from dataclasses import replace
from statistics import median

import torch
from torch import Tensor

from ...control.training.objective import Lessons, loss
from ...control.training.run import Plan, Run
from ...host.sampling import ComfyControl
from ...host.teaching import gradients
from ...host.training import trainable
from ..stopwatch import Stopwatch, interleaved
from .cells import BATCH, Found
from .contenders import CONTENDERS, draw, new
from .judge import STEPS, Judge

NONE, DRAWN = "no control", 4


def speeds(judge: Judge, rounds: int) -> Found:
    """{network: {"training_s", "sampling_s"}}, medians; of the base alone only the latter. Of DRAWN pictures."""
    school = judge.school
    with gradients():
        controls = {name: new(name, school.unet, seed=0) for name in CONTENDERS}
        lessons = Lessons(school.examples("canny"), school.empty, batch=BATCH)
        learning = {name: _training_step(name, control, lessons, judge) for name, control in controls.items()}
        training = interleaved(learning, rounds)
    few = replace(judge, school=replace(school, held_out=DRAWN))
    drawing = {name: _sampling_step(control, 1.0, few) for name, control in controls.items()}
    drawing[NONE] = _sampling_step(next(iter(controls.values())), 0.0, few)
    sampling = interleaved(drawing, rounds)
    found = {name: {"sampling_s": median(seconds)} for name, seconds in sampling.items()}
    for name, seconds in training.items():
        found[name]["training_s"] = median(seconds)
    return found


def _training_step(name: str, control: ComfyControl, lessons: Lessons, judge: Judge) -> Callable[[], float]:
    network, base = trainable(control), judge.school.base
    run = Run(network, Plan(10**9, learning_rate=1e-6))

    def batch_loss(generator: torch.Generator) -> Tensor:
        return loss(network, base, lessons, generator, draw=draw(name))

    def once() -> float:
        run.plan = Plan(run.step + 1, learning_rate=1e-6)
        return _timed(lambda: run.train(batch_loss))

    return once


def _sampling_step(control: ComfyControl, strength: float, judge: Judge) -> Callable[[], float]:
    """Of some pictures at once, by both prompts; what a run does once is shared out among its steps."""
    return lambda: _timed(lambda: judge.drawn(control, "canny", strength=strength)) / STEPS


def _timed(act: Callable[[], object]) -> float:
    watch = Stopwatch(torch.device("cpu"))
    with watch:
        act()
    return watch.seconds
