"""What do several controls cost, and one on the positive prompt alone? Ours against ComfyUI's; SD 1.5's shape.

All links of all chains share one set of random weights, and have hints of their own. What is timed is everything that
happens before the UNet runs.
"""

from collections.abc import Sequence
from functools import partial
from operator import truediv
from statistics import median

import comfy.cldm.cldm
import comfy.controlnet
import comfy.model_management
import comfy.ops
import torch
from torch import Tensor

from ..control.checkpoint import Checkpoint
from ..control.options import Options
from ..control.unit import Manner
from ..host.loading import our_control, recognised
from .bases import Sampler, Shape, randomise
from .report import Case, options, show
from .stopwatch import Stopwatch, interleaved

COUNTS = (1, 2, 3, 4)
CORE, OURS, COND_ONLY = "ComfyUI's", "ours", "ours, positive prompt only"


def controls(sampler: Sampler) -> dict[str, comfy.controlnet.ControlBase]:
    network = comfy.cldm.cldm.ControlNet(
        hint_channels=3,
        operations=comfy.ops.disable_weight_init,
        dtype=sampler.dtype,
        device=sampler.device,
        **sampler.shape.unet,
    )
    file = Checkpoint(randomise(network).state_dict())
    ours = our_control(file, *recognised(file), None)
    cond_only = ours.copy()
    cond_only.manner = Manner(options=Options(uncond=0.0))
    return {CORE: comfy.controlnet.ControlNet(network, load_device=sampler.device), OURS: ours, COND_ONLY: cond_only}


def chain(control: comfy.controlnet.ControlBase, hints: Sequence[Tensor]) -> comfy.controlnet.ControlBase:
    last = None
    for hint in hints:
        last = control.copy().set_cond_hint(hint).set_previous_controlnet(last)
    return last


def seconds(sampler: Sampler, links: comfy.controlnet.ControlBase) -> float:
    watch = Stopwatch(sampler.device)
    with watch:
        sampler.control(links, {"cond_or_uncond": [1, 0]})
    return watch.seconds


def measure(shape: Shape, side: int, rounds: int) -> list[Case]:
    """Medians over the rounds; ratios are medians of each round's own."""
    sampler = Sampler(shape, side)
    hints = [torch.rand(1, 3, 8 * side, 8 * side) for _ in COUNTS]
    chains = {
        (count, who): chain(control, hints[:count]) for who, control in controls(sampler).items() for count in COUNTS
    }
    sampler.begin(*chains.values())
    taken = interleaved({key: partial(seconds, sampler, links) for key, links in chains.items()}, rounds)
    return [
        {
            "name": f"{sampler.words}: {count} stacked, {who}",
            "control_s": median(own),
            "ratio_to_core": median(map(truediv, own, taken[count, CORE])),
            "ratio_to_both_prompts": median(map(truediv, own, taken[count, OURS])),
        }
        for (count, who), own in taken.items()
    ]


def main() -> None:
    chosen = options(__doc__)
    on_cpu = comfy.model_management.get_torch_device().type == "cpu"
    side = 64 if not on_cpu else 16 if chosen.quick else 32
    with torch.inference_mode():
        show(measure(Shape("SD 1.5"), side, (5 if chosen.quick else 9) if on_cpu else 50), chosen.json)


if __name__ == "__main__":
    main()
