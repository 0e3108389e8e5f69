"""What does training keep for the way back, at published sizes, with and without gradient checkpointing?

Counted on the meta device, where a network takes neither memory nor time: the bytes of all activations that autograd
keeps in one step of a batch of 2. On top come those of what learns: weights, gradients and the optimizer's two moments.
"""

from dataclasses import dataclass
from itertools import product

import torch

from ..control.architectures.controlnet import CONTROLNET
from ..control.architectures.controlnet_xs import CONTROLNET_XS
from ..control.backend import Backend
from ..control.scale import Scale
from ..control.training.addition import as_patches
from ..control.training.controlnet import NewControlNet
from ..control.training.controlnet_xs import NewControlNetXS
from ..control.training.recomputing import recompute
from ..host.decoder import decoder
from .bases import META, PUBLISHED_LATENTS, Shape
from .counting import Arithmetic, keeping
from .report import Case, options, show

GIB = 2**30
BYTES_LEARNING = 16  # of a weight, its gradient, and AdamW's two moments, in fp32
RATIOS = {"SD 1.5": 0.2, "SDXL": 0.1}  # of the published ControlNet-XS
NETWORKS = {
    "ControlNet": (CONTROLNET, lambda shape: NewControlNet()),
    "ControlNet-XS B": (CONTROLNET_XS, lambda shape: NewControlNetXS(int(shape.width * RATIOS[shape.name]))),
}


@dataclass(frozen=True)
class Need:
    """In GiB: what is kept for the way back, and what learning weights take."""

    kept: float
    learning: float


def need(name: str, shape: Shape, side: int, twice: bool, unlocked: bool) -> Need:
    """Of a family's control on a base of this shape; `twice`: with gradient checkpointing; `unlocked`: its decoder."""
    arithmetic, (architecture, new) = Arithmetic(shape, side), NETWORKS[name]
    unet, step = arithmetic.unet.requires_grad_(False), arithmetic.at
    with torch.device(META):
        model = architecture.build(new(shape).checkpoint(unet.state_dict()), Backend()).requires_grad_(True)
        if twice:
            recompute(model)
            recompute(unet)
        if unlocked:
            decoder(unet).requires_grad_(True)
        hint = torch.rand(step.x.shape[0], model.hint_channels, 8 * side, 8 * side)
    weights = [*model.parameters(), *unet.parameters()]
    with keeping(weights) as found:
        output = model.output(step, model.encode(hint), Scale(1.0))
        patches = as_patches(output, len(model.base.widths))
        unet(step.x, step.timesteps, step.context, y=step.y, transformer_options={"patches": patches})
    learning = sum(weight.numel() for weight in weights if weight.requires_grad)
    return Need(sum(found.values()) / GIB, learning * BYTES_LEARNING / GIB)


def main() -> None:
    chosen, cases = options(__doc__), list[Case]()
    for base, side in PUBLISHED_LATENTS.items():
        shape = Shape(base)
        for name, unlocked in product(NETWORKS, (False, True)):
            whole, less = (need(name, shape, side, twice, unlocked) for twice in (False, True))
            title = f"{base}, {name}" + ", decoder unlocked" * unlocked
            found = {"GiB": whole.kept, "GiB checkpointed": less.kept, "GiB learning": whole.learning}
            cases.append({"name": title, **found, "share": less.kept / whole.kept})
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
