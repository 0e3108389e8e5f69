"""What does training keep for the way back, at published sizes, with and without gradient checkpointing?

Counted on the meta device, where a network takes neither memory nor time: the bytes of all activations that autograd
keeps in one step of a batch of 2. Weights, gradients and the optimizer's state come on top, and are the same in both.
"""

import torch

from ..control.architectures.controlnet import CONTROLNET
from ..control.architectures.controlnet_xs import CONTROLNET_XS
from ..control.backend import Backend
from ..control.scale import Scale
from ..control.training.addition import as_patches
from ..control.training.controlnet import NewControlNet
from ..control.training.controlnet_xs import NewControlNetXS
from ..control.training.recomputing import recompute
from .bases import META, PUBLISHED_LATENTS, Shape
from .counting import Arithmetic, keeping
from .report import Case, options, show

GIB = 2**30
RATIOS = {"SD 1.5": 0.2, "SDXL": 0.1}  # of the published ControlNet-XS
NETWORKS = {
    "ControlNet": (CONTROLNET, lambda shape: NewControlNet()),
    "ControlNet-XS B": (CONTROLNET_XS, lambda shape: NewControlNetXS(int(shape.width * RATIOS[shape.name]))),
}


def kept(name: str, shape: Shape, side: int, twice: bool) -> float:
    """GiB, of a family's control on a base of this shape; `twice`: with gradient checkpointing."""
    arithmetic, (architecture, new) = Arithmetic(shape, side), NETWORKS[name]
    unet, step = arithmetic.unet.requires_grad_(False), arithmetic.at
    with torch.device(META):
        model = architecture.build(new(shape).checkpoint(unet.state_dict()), Backend()).requires_grad_(True)
        if twice:
            recompute(model)
            recompute(unet)
        hint = torch.rand(step.x.shape[0], model.hint_channels, 8 * side, 8 * side)
    with keeping([*model.parameters(), *unet.parameters()]) as found:
        output = model.output(step, model.encode(hint), Scale(1.0))
        patches = as_patches(output, len(model.base.widths))
        unet(step.x, step.timesteps, step.context, y=step.y, transformer_options={"patches": patches})
    return sum(found.values()) / GIB


def main() -> None:
    chosen, cases = options(__doc__), list[Case]()
    for base, side in PUBLISHED_LATENTS.items():
        shape = Shape(base)
        for name in NETWORKS:
            whole, less = (kept(name, shape, side, twice) for twice in (False, True))
            cases.append({"name": f"{base}, {name}", "GiB": whole, "GiB checkpointed": less, "share": less / whole})
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
