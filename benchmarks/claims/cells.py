"""One training of one network, and what is measured of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ...control.checkpoint import Checkpoint
from ...control.model import ControlModel
from ...control.probe import trials
from ...control.training.objective import Lessons, loss
from ...control.training.run import Plan, Run
from ...control.weights import LayerWeights
from ...host.creating import hosted
from ...host.sampling import ComfyControl
from ...host.teaching import gradients
from ...host.training import trainable
from .contenders import ADAPTER, CHOSEN, CONTENDERS, CONTROLNET, draw, new
from .judge import Judge

BATCH, RATE, DROPPED, WARMUP = 16, 2e-3, 0.5, 20
HINTS, FURTHER_SEEDS = ("canny", "depth"), (1, 2)
MAIN = (CONTROLNET, CHOSEN, ADAPTER)
SMOOTHED = 50  # steps whose mean is the loss that is told

Found = dict[str, Any]
"""Plain numbers, lists and dicts."""


@dataclass(frozen=True)
class Cell:
    """A network trained for so many steps on maps of one kind.

    `zero`: it starts with zero convolutions. `dropped` is the share of empty prompts. `probed`: at its end each block
    is switched off in turn.
    """

    network: str
    hint: str
    seed: int
    steps: int
    dropped: float = DROPPED
    zero: bool = True
    probed: bool = False

    @property
    def key(self) -> str:
        words = [self.network, self.hint, f"seed {self.seed}", f"{self.steps} steps", f"{self.dropped:.0%} dropped"]
        return ", ".join(words if self.zero else [*words, "no zero convolutions"])


def planned(steps: int) -> Iterator[Cell]:
    """All cells in the order of what they add: a run that ends early still says something of every claim."""
    edges, depth = HINTS
    yield from (_on_edges(name, 0, steps) for name in CONTENDERS)
    yield Cell(CONTROLNET, edges, 0, steps, zero=False)
    yield from (Cell(name, depth, 0, steps) for name in MAIN)
    yield Cell(CONTROLNET, edges, 0, steps, dropped=0.0)
    yield from (_on_edges(name, seed, steps) for seed in FURTHER_SEEDS for name in MAIN)
    others = [name for name in CONTENDERS if name not in MAIN]
    yield from (_on_edges(name, seed, steps) for seed in FURTHER_SEEDS for name in others)
    yield from (Cell(name, depth, 0, steps) for name in others)
    yield from (Cell(name, depth, seed, steps) for seed in FURTHER_SEEDS for name in CONTENDERS)
    yield from (Cell(CONTROLNET, edges, seed, steps, zero=False) for seed in FURTHER_SEEDS)
    yield from (Cell(CONTROLNET, edges, seed, steps, dropped=0.0) for seed in FURTHER_SEEDS)


def _on_edges(name: str, seed: int, steps: int) -> Cell:
    return Cell(name, HINTS[0], seed, steps, probed=name in (CONTROLNET, CHOSEN))


def measured(cell: Cell, judge: Judge, every: int) -> Found:
    """Train it, and judge it every so many steps, of which the last is one."""
    with gradients():
        network = trainable(new(cell.network, judge.school.unet, cell.seed, cell.zero))
        losses, curve = _trained(network, cell, judge, every)
    control = finished(network)
    found = {
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "loss": fmean(losses[-SMOOTHED:]),
        **{name: value for name, value in curve[-1].items() if name != "step"},
        "no_prompts": judge.scores(judge.drawn(control, cell.hint, prompts=False)),
        "curve": curve,
    }
    return {**found, "blocks": _sensitivity(control, cell.hint, judge)} if cell.probed else found


def finished(network: ControlModel) -> ComfyControl:
    """A control with the network's weights as they are now."""
    weights = {key: weight.detach().clone() for key, weight in network.state_dict().items()}
    return hosted(Checkpoint(weights, metadata=network.metadata))


def _trained(network: ControlModel, cell: Cell, judge: Judge, every: int) -> tuple[list[float], list[Found]]:
    """The loss of every step, and what was judged on the way, from before the first step on."""
    school, losses, curve = judge.school, [], []
    lessons = Lessons(school.examples(cell.hint), school.empty, cell.dropped, BATCH)
    run = Run(network, Plan(cell.steps, RATE, cell.seed, warmup=WARMUP, decay_from=0.75, betas=(0.9, 0.99)))

    def look() -> None:
        if run.step % every == 0:
            curve.append({"step": run.step, **judge.scores(judge.drawn(finished(network), cell.hint))})

    def after(run: Run, value: float) -> None:
        losses.append(value)
        look()

    look()
    run.train(lambda generator: loss(network, school.base, lessons, generator, draw=draw(cell.network)), after)
    return losses, curve


def _sensitivity(control: ComfyControl, hint: str, judge: Judge) -> dict[str, Found]:
    """For each place of a control, what it is worth: the picture's change and the F1 where it alone does not act."""
    found, images = {}, judge.drawn(control, hint)
    for block, weights in trials(LayerWeights(), control.model.places, "without it").items():
        without = judge.drawn(control, hint, weights=weights)
        change = float((without - images).square().mean())
        found[" ".join(map(str, block))] = {"change": change, "f1": judge.scores(without)["f1"]}
    return found
