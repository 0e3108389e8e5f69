"""What can be counted instead of measured: multiplications of a step, how often layers run, what training keeps."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ..control.backend import Backend
from ..control.checkpoint import Checkpoint
from ..control.model import ControlModel, Patches, PatchModel
from ..control.relative import RelativeModel
from ..control.step import Step
from ..control.unit import ControlUnit, Manner
from ..host.base_model import ComfyUNet
from ..host.loading import recognised
from .bases import BATCH, META, SIGMA, Shape
from .networks import Tensors


class Arithmetic:
    """Counts on the meta device, where a UNet of any size takes neither memory nor time."""

    def __init__(self, shape: Shape, side: int):
        self.shape, self.side, base = shape, side, shape.base(META)
        self.unet = base.diffusion_model
        x, cond = shape.inputs(side, META)
        self.at = Step(
            x=x,
            timesteps=torch.zeros(BATCH, device=META),
            context=cond["c_crossattn"],
            y=cond.get("y"),
            sigma=SIGMA,
            sigma_at=lambda percent: SIGMA,
            cond_or_uncond=(1, 0),
            base=ComfyUNet(base),
        )

    def of_control(self, tensors: Tensors, manner: Manner, types: tuple[int, ...]) -> int:
        """Multiplications that a step has beyond those of the UNet; the hint is encoded before it."""
        file = Checkpoint(tensors)
        architecture, layout = recognised(file)
        model = architecture.load(file, layout, Backend()).typed(types)
        if isinstance(model, RelativeModel):
            model = model.bound(self.unet.state_dict(), Backend(), torch.float32, META)
        side = model.downscale_factor * self.side
        encoded = model.encode(torch.zeros(1, model.hint_channels, side, side, device=META))
        output = partial(ControlUnit(model, manner).output, self.at, lambda step: encoded)
        if isinstance(model, PatchModel):
            return multiplications(lambda: self._run(output().patches)) - multiplications(lambda: self._run({}))
        return multiplications(output)

    def _run(self, patches: Patches) -> None:
        at = self.at
        self.unet(at.x, at.timesteps, at.context, y=at.y, transformer_options={"patches": patches})


def multiplications(act: Callable[[], object]) -> int:
    """All that `act` does, merging weights included; attention only on the meta device and on GPUs."""
    with FlopCounterMode(display=False) as counter:
        act()
    return counter.get_total_flops() // 2


@contextmanager
def keeping(weights: Iterable[Tensor]) -> Iterator[dict[int, int]]:
    """The bytes of every storage that autograd keeps meanwhile for the way back, the weights' own left out."""
    own, kept, held = {_place(weight) for weight in weights}, {}, []

    def pack(tensor: Tensor) -> Tensor:
        if _place(tensor) not in own:
            kept[_place(tensor)] = tensor.untyped_storage().nbytes()
            held.append(tensor)  # so that no other storage gets its place
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield kept


def _place(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata


@contextmanager
def calls(model: ControlModel) -> Iterator[Counter[str]]:
    """How often each layer with weights runs meanwhile, by its name; those that never run count 0."""
    leaves = {name: layer for name, layer in model.named_modules() if not any(layer.children())}
    layers = {name: layer for name, layer in leaves.items() if layer.state_dict()}
    counts = Counter(dict.fromkeys(layers, 0))

    def counting(name: str):
        def count(layer: nn.Module, given: tuple) -> None:
            counts[name] += 1

        return count

    handles = [layer.register_forward_pre_hook(counting(name)) for name, layer in layers.items()]
    try:
        yield counts
    finally:
        for handle in handles:
            handle.remove()
