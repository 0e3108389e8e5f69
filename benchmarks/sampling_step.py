"""What does control cost per step? UNet alone, with ComfyUI's ControlNet, with ours; SD1.5's shape, random weights."""

import time
from statistics import median

import comfy.cldm.cldm
import comfy.controlnet
import comfy.model_base
import comfy.model_management
import comfy.ops
import torch
from torch import Tensor

from ..control.architectures.controlnet import CONTROLNET
from ..control.backend import Backend
from ..control.checkpoint import Checkpoint
from ..host.loading import comfy_attention, hosted
from .bases import BATCH, SD15, SIGMA, Config, randomise
from .report import Case, options, show


def networks(device: torch.device, dtype: torch.dtype):
    """A base model and the same ControlNet twice: ComfyUI's object and ours, sharing one set of weights."""
    base = comfy.model_base.BaseModel(Config({**SD15, "out_channels": 4, "dtype": dtype}), device=device)
    randomise(base.diffusion_model)
    network = comfy.cldm.cldm.ControlNet(
        hint_channels=3, operations=comfy.ops.disable_weight_init, dtype=dtype, device=device, **SD15
    )
    randomise(network)
    core = comfy.controlnet.ControlNet(network, load_device=device)
    backend = Backend(comfy.ops.disable_weight_init, comfy_attention)
    ours = hosted(CONTROLNET.load(Checkpoint(network.state_dict()), CONTROLNET.layouts[0], backend), dtype)
    return base, core, ours


def clock(device: torch.device) -> float:
    """Seconds: of the processor on a CPU, so that other jobs do not count; of the wall on a GPU."""
    if device.type == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def step(base: comfy.model_base.BaseModel, control, x: Tensor, sigma: Tensor, context: Tensor) -> tuple[float, float]:
    """Seconds of control and of the UNet in one evaluation, made as ComfyUI's sampler makes it."""
    begun = clock(x.device)
    given = control and control.get_control(x, sigma, {"c_crossattn": context}, 2, {"cond_or_uncond": [1, 0]})
    controlled = clock(x.device)
    base.apply_model(x, sigma, c_crossattn=context, control=given, transformer_options={})
    return controlled - begun, clock(x.device) - controlled


def measure(side: int, rounds: int, device: torch.device, dtype: torch.dtype) -> list[Case]:
    base, core, ours = networks(device, dtype)
    x = torch.randn(BATCH, 4, side, side, device=device)
    context = torch.randn(BATCH, 77, SD15["context_dim"], device=device, dtype=dtype)
    sigma, hint = torch.full((BATCH,), SIGMA, device=device), torch.rand(1, 3, 8 * side, 8 * side)
    controls = {"UNet alone": None, "ComfyUI's ControlNet": core, "ours": ours}
    for control in (core, ours):
        control.set_cond_hint(hint)
        control.pre_run(base, base.model_sampling.percent_to_sigma)
    core.model_sampling_current = base.model_sampling
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in controls}
    for i in range(rounds + 1):  # the first warms up
        for name in (*list(controls)[i % 3 :], *list(controls)[: i % 3]):
            spent = step(base, controls[name], x, sigma, context)
            if i > 0:
                taken[name].append(spent)
    return summary(taken, f"latent {side} x {side}, {str(dtype).removeprefix('torch.')}")


def summary(taken: dict[str, list[tuple[float, float]]], title: str) -> list[Case]:
    """Medians over the rounds; ratios are medians of each round's own."""
    alone, core = ([sum(parts) for parts in taken[name]] for name in ("UNet alone", "ComfyUI's ControlNet"))
    core_control = [parts[0] for parts in taken["ComfyUI's ControlNet"]]
    cases = []
    for name, parts in taken.items():
        whole, control = [sum(p) for p in parts], [p[0] for p in parts]
        cases.append(
            {
                "name": f"{title}: {name}",
                "step_s": median(whole),
                "over_unet_s": median(t - a for t, a in zip(whole, alone)),
                "control_s": median(control),
                "step_to_core": median(t / c for t, c in zip(whole, core)),
                "control_to_core": median(t / c for t, c in zip(control, core_control)),
            }
        )
    return cases


def main() -> None:
    chosen = options(__doc__)
    device = comfy.model_management.get_torch_device()
    dtype = torch.float32 if device.type == "cpu" else torch.float16
    sides = (64, 128) if device.type != "cpu" else (16,) if chosen.quick else (32, 64)
    rounds = (5 if chosen.quick else 9) if device.type == "cpu" else 50
    with torch.inference_mode():
        show([case for side in sides for case in measure(side, rounds, device, dtype)], chosen.json)


if __name__ == "__main__":
    main()
