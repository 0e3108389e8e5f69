"""Runs of the sampler that look at what a control gives the UNet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import comfy.model_base
import comfy.model_patcher
import torch
from torch import Tensor

from ..control.model import ControlModel
from ..control.probe import name
from ..control.residuals import Block
from ..control.tapping import Tap, Tapped
from ..errors import InvalidValue
from ..fidelity import sheets
from .applying import Application
from .images import to_image
from .network import Network, NetworkSource
from .probing import Sampling, own

COLUMNS = 8  # steps in a picture


@dataclass(eq=False)
class TappedSource:
    """A control's source, whose network has a tap."""

    source: NetworkSource
    tap: Tap
    network: Network | None = None  # of the run, kept for the control, which does not

    @property
    def model(self) -> ControlModel:
        return self.source.model

    def on(self, base: comfy.model_base.BaseModel) -> Network:
        network = self.source.on(base)
        self.network = replace(network, model=Tapped(network.model, self.tap))
        return self.network

    def patchers(self) -> list[comfy.model_patcher.ModelPatcher]:
        return self.source.patchers()

    def memory_to_come(self, dtype: torch.dtype) -> int:
        return self.source.memory_to_come(dtype)

    def on_device(self, device: torch.device) -> "TappedSource":
        return TappedSource(self.source.on_device(device), self.tap)


def tapped(sampling: Sampling, application: Application) -> tuple[Tensor, Tap]:
    """The latents, which are the same as without looking, and what the control gave on the way to them.

    Every step computes its own: residuals are not used again here.

    Raises:
        WrongControl: ComfyUI itself runs the control.
    """
    control, tap = own(application.control).copy(), Tap()
    control.source = TappedSource(control.source, tap)
    manner = replace(application.full_manner, options=replace(application.full_manner.options, reuse=1))
    return sampling.run(replace(application, control=control, manner=manner)), tap


def sheet(found: Mapping[tuple[int, Block], Tensor], blocks: tuple[Block, ...], by_block: bool) -> Tensor:
    """An IMAGE (1, H, W, 3): a row for each block, a column for each step, or for some if there are many.

    Raises:
        InvalidValue: there is nothing to show.
    """
    if not found:
        raise InvalidValue("The control acted in no step. Is its strength 0, or its range outside of the steps?")
    steps = sorted({step for step, _ in found})
    chosen = sorted({steps[round(index)] for index in torch.linspace(0, len(steps) - 1, COLUMNS).tolist()})
    rows = {name(block): [found.get((step, block)) for step in chosen] for block in blocks}
    rows = {row: maps for row, maps in rows.items() if any(one is not None for one in maps)}
    most = {row: max(float(one.max()) for one in maps if one is not None) for row, maps in rows.items()}
    worst = most if by_block else dict.fromkeys(most, max(most.values()))
    return to_image(sheets.grid(rows, [f"step {step + 1}" for step in chosen], worst))


def table(found: Mapping[tuple[int, Block], Tensor]) -> str:
    """The root of the mean square of each, a line for each block, a number for each step."""
    lines: dict[Block, list[str]] = {}
    for (_, block), one in sorted(found.items(), key=lambda item: item[0][0]):
        lines.setdefault(block, []).append(f"{float(one.square().mean().sqrt()):.4g}")
    return "\n".join(f"{name(block)}: {', '.join(values)}" for block, values in lines.items())
