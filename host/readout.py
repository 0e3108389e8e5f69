"""What a control did in a run, told on the node that applied it."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ..control.model import ResidualModel
from ..control.residuals import Block, Residuals
from ..control.silence import why_silent
from ..control.step import Step
from ..control.unit import Manner
from ..control.weights import Places
from .stopwatch import Stopwatch

EVENT = "armature.readout"


class Panel:
    """The text on a node, made of one for each of its rows; shown where there is a server and a node.

    It goes to the browser as an event of our own: ComfyUI's progress texts reach a node only while its graph is on the
    screen, and one of another subgraph that has the same number otherwise.
    """

    def __init__(self, node_id: str | None):
        self.node_id, self.texts = node_id, {}

    def show(self, row: str, text: str) -> None:
        self.texts[row] = f"{row}: {text}" if row else text
        if self.node_id is None:
            return
        from server import PromptServer  # heavy, and there already where nodes are run

        server = getattr(PromptServer, "instance", None)
        if server is not None:
            server.send_sync(EVENT, {"v": 1, "node": self.node_id, "text": "\n".join(self.texts.values())})


@dataclass(eq=False)
class Record:
    """One run of the sampler."""

    strengths: dict[int, float] = field(default_factory=dict)  # by number of the step
    blocks: set[Block] = field(default_factory=set)
    hints: dict[tuple[int, ...], None] = field(default_factory=dict)
    watch: Stopwatch = field(default_factory=Stopwatch)
    steps: int = 0
    silent: tuple[Manner, Step] | None = None


class Readout:
    """Follows a control through a run, and shows what it did when the run is over.

    Copies of a control share it: they belong to one node. A run that was interrupted is never shown.
    """

    def __init__(self, panel: Panel | None = None, row: str = ""):
        self.panel, self.row = panel or Panel(None), row
        self.record = Record()
        self.remark = ""  # on the image that the control was given

    def begin(self) -> None:
        self.record = Record()

    def run(self, device: torch.device) -> AbstractContextManager[None]:
        """Count and time what happens within as one run of the network."""
        return self.record.watch.run(device)

    def hint(self, size: Sequence[int]) -> None:
        """(height, width) of what the network was given."""
        self.record.hints[tuple(size)] = None

    def acted(self, step: Step, manner: Manner, places: Places) -> None:
        self.record.steps = len(step.sigmas) - 1
        self.record.strengths.setdefault(step.number, manner.strength_at(step))
        self.record.blocks |= {block for block, weight in manner.weights_at(step, places).items() if weight != 0.0}

    def stayed_silent(self, step: Step, manner: Manner) -> None:
        self.record.steps = len(step.sigmas) - 1
        if self.record.silent is None:
            self.record.silent = manner, _outline(step)

    def left_out(self, reason: str) -> None:
        self.panel.show(self.row, f"no control: {reason}")

    def end(self) -> None:
        """Show the run; nothing where nothing was evaluated."""
        record, self.record = self.record, Record()
        if record.strengths:
            self.panel.show(self.row, "\n".join(filter(None, [summary(record), self.remark])))
        elif record.silent is not None:
            self.left_out(f"it acted in none of {record.steps} steps, because {why_silent(*record.silent)}")


class Watched(ResidualModel):
    """`network`, with its runs counted and timed."""

    def __init__(self, network: ResidualModel, readout: Readout):
        super().__init__()
        self.network, self.places, self.readout = network, network.places, readout

    def residuals(self, step: Step, encoded: Any, wanted: Collection[Block]) -> Residuals:
        with self.readout.run(step.x.device):
            return self.network.residuals(step, encoded, wanted)


def summary(record: Record) -> str:
    """Two lines: when and how strongly; where and at what cost."""
    values = [f"{strength:.3g}" for _, strength in sorted(record.strengths.items())]
    strengths = values[0] if len(set(values)) == 1 else ", ".join(values)
    when = f"{len(values)} of {record.steps} steps ({_runs(sorted(record.strengths))}), strength {strengths}"
    what = [f"{len(record.blocks)} blocks", *(f"hint {width} x {height}" for height, width in record.hints)]
    return f"{when}\n{', '.join([*what, _cost(record.watch)])}"


def _cost(watch: Stopwatch) -> str:
    if not watch.runs:
        return "computed inside the UNet"
    spent = watch.milliseconds()
    return f"{watch.runs} network run{'s' * (watch.runs > 1)}" + ("" if spent is None else f", {spent:.0f} ms")


def _runs(numbers: list[int]) -> str:
    """Steps for people, who count from 1: "1-3, 5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0] + 1}-{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs)


def _outline(step: Step) -> Step:
    """The step without its tensors, only their shapes."""

    def shape(tensor: Tensor) -> Tensor:
        return torch.empty(tensor.shape, device="meta")

    outline = {"x": shape(step.x), "timesteps": shape(step.timesteps), "context": shape(step.context)}
    return replace(step, **outline, y=None, base=None)
