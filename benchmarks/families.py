"""What does each family cost per step? Its time over the bare UNet's, as a share of ControlNet's in the same run.

Random weights in the shapes of the published files. On a CPU, SDXL is halved in every width, because its base and a
ControlNet are 15 GB in fp32; the multiplications are counted at the published sizes wherever this runs.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

import comfy.model_management
import torch

from ..control.unit import Manner
from ..control.weights import LayerWeights
from ..host.loading import our_control, recognised
from ..host.sampling import ComfyControl
from .bases import PUBLISHED_LATENTS, PUBLISHED_WIDTH, Sampler, Shape
from .counting import Arithmetic, calls, multiplications
from .networks import Tensors, control_lora, controlnet, filled, lllite, t2i_adapter, union, xs_48m, xs_53m
from .report import Case, options, show
from .stopwatch import interleaved

COUNTED_STEPS = 2
ALONE, REFERENCE = "UNet alone", "ControlNet"
CANNY = 3  # the number of a Union's type; any other costs the same


@dataclass(frozen=True)
class Family:
    """A control to measure, and the share of ControlNet's time that it may take."""

    name: str
    tensors: Callable[[Shape], Tensors]
    bar: float
    manner: Manner = Manner()
    types: tuple[int, ...] = ()


FIRST_SIX = Manner(weights=LayerWeights(values=(1.0,) * 6 + (0.0,) * 4))
SD15_FAMILIES = (
    Family(REFERENCE, controlnet, 1.0),
    Family("ControlNet-XS 53m", xs_53m, 0.20),
    Family("T2I-Adapter", t2i_adapter, 0.01),
)
SDXL_FAMILIES = (
    Family(REFERENCE, controlnet, 1.0),
    Family("ControlNet, residuals 0-5 only", controlnet, 0.30, FIRST_SIX),
    Family("ControlNet Union", union, 1.05, types=(CANNY,)),
    Family("Control-LoRA", control_lora, 1.05),
    Family("ControlNet-XS 48m", xs_48m, 0.10),
    Family("ControlNet-LLLite", lllite, 0.20),
    Family("T2I-Adapter", t2i_adapter, 0.01),
)


def applied(family: Family, loaded: ComfyControl, side: int) -> ComfyControl:
    control = loaded.copy()
    control.set_extra_arg("control_type", list(family.types))
    control.manner = family.manner
    return control.set_cond_hint(torch.rand(1, 3, 8 * side, 8 * side))


def controls(families: tuple[Family, ...], sampler: Sampler) -> dict[str, ComfyControl]:
    """Ready for a run; families of one network share its weights."""
    loaded: dict[Callable, ComfyControl] = {}
    for family in families:
        if family.tensors not in loaded:
            file = filled(family.tensors(sampler.shape), sampler.dtype)
            loaded[family.tensors] = our_control(file, *recognised(file), None)
    return {family.name: applied(family, loaded[family.tensors], sampler.side) for family in families}


def counted(control: ComfyControl, sampler: Sampler, alone: int) -> Case:
    """How often the layers of a control run in the first steps of a run, and what a later step multiplies for it.

    `alone` are the multiplications of a step without it.
    """
    with calls(control.model) as counts:
        for _ in range(COUNTED_STEPS - 1):
            sampler.step(control)
        own = multiplications(partial(sampler.step, control))
    times = Counter(counts.values())
    assert times.keys() <= {0, 1, COUNTED_STEPS}, f"some layers run more than once, but not in every step: {counts}"
    return {
        "gigamultiplications_here": (own - alone) / 1e9,
        "layers_once_a_run": times[1],
        "layers_every_step": times[COUNTED_STEPS],
        "layers_never": times[0],
    }


def measure(families: tuple[Family, ...], shape: Shape, side: int, rounds: int, arithmetic: Arithmetic) -> list[Case]:
    """`arithmetic` is that of the published size, where the multiplications are counted."""
    sampler = Sampler(shape, side)
    ready = controls(families, sampler)
    sampler.begin(*ready.values())
    alone = multiplications(sampler.step)
    counts = {name: counted(control, sampler, alone) for name, control in ready.items()}
    contenders = {name: partial(sampler.step, control) for name, control in {ALONE: None, **ready}.items()}
    taken = interleaved(contenders, rounds)
    published = {
        family.name: arithmetic.of_control(family.tensors(arithmetic.shape), family.manner, family.types)
        for family in families
    }
    return [
        timed(family, taken)
        | {"name": f"{sampler.words}: {family.name}"}
        | {"multiplications_to_controlnet": published[family.name] / published[REFERENCE]}
        | counts[family.name]
        for family in families
    ]


def timed(family: Family, taken: dict[str, list[tuple[float, float]]]) -> Case:
    """Medians over the rounds; ratios are medians of each round's own."""
    own, alone, reference = (taken[name] for name in (family.name, ALONE, REFERENCE))
    return {
        "name": family.name,
        "control_s": median(control for _, control in own),
        "step_to_unet": median(step / unet for (step, _), (unet, _) in zip(own, alone)),
        "ratio_to_controlnet": median(control / theirs for (_, control), (_, theirs) in zip(own, reference)),
        "bar": family.bar,
    }


def main() -> None:
    chosen = options(__doc__)
    on_cpu = comfy.model_management.get_torch_device().type == "cpu"
    rounds = (5 if chosen.quick else 15) if on_cpu else 50
    cases: list[Case] = []
    with torch.inference_mode():
        for families, name, width, side in (
            (SD15_FAMILIES, "SD 1.5", PUBLISHED_WIDTH, 16 if chosen.quick else 32),
            (SDXL_FAMILIES, "SDXL", PUBLISHED_WIDTH // 2, 32 if chosen.quick else 64),
        ):
            published = PUBLISHED_LATENTS[name]
            shape, side = (Shape(name, width), side) if on_cpu else (Shape(name), published)
            cases += measure(families, shape, side, rounds, Arithmetic(Shape(name), published))
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
