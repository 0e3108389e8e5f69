"""What does a Control-LoRA cost? ComfyUI's, which merges in every step, against ours, which merges once; SDXL's shape.

A third control, ComfyUI's ControlNet of weights merged beforehand, tells the cost of merging from that of the hint.
On a CPU and with --quick all is smaller, the rank with the number of pixels: merging keeps the share of multiplications
that it has in pictures of 1024 x 1024 under rank 128, but not of memory traffic, which weighs more.
"""

from dataclasses import dataclass
from statistics import median

import comfy.cldm.cldm
import comfy.controlnet
import comfy.model_base
import comfy.model_management
import comfy.model_patcher
import comfy.ops
import torch
from torch import Tensor

from ..control.architectures.control_lora import CONTROL_LORA
from ..control.backend import Backend
from ..control.checkpoint import Checkpoint
from ..host.binding import Bindings
from ..host.sampling import ComfyControl
from .bases import BATCH, SIGMA, Config, randomise
from .report import Case, options, show
from .sampling_step import clock

SHARED = ("time_embed.", "label_emb.", "input_blocks.", "middle_block.")


@dataclass(frozen=True)
class Size:
    width: int
    depth: int  # of the deepest transformers
    latent: int
    rank: int

    @property
    def unet(self) -> dict:
        """The keyword arguments of ComfyUI's UNetModel and ControlNet."""
        return {
            "image_size": 32,
            "in_channels": 4,
            "model_channels": self.width,
            "num_res_blocks": [2, 2, 2],
            "channel_mult": (1, 2, 4),
            "transformer_depth": [0, 0, 2, 2, self.depth, self.depth],
            "transformer_depth_output": [0, 0, 0, 2, 2, 2, self.depth, self.depth, self.depth],
            "transformer_depth_middle": self.depth,
            "num_heads": -1,
            "num_head_channels": 64,
            "context_dim": 2048,
            "use_spatial_transformer": True,
            "use_linear_in_transformer": True,
            "num_classes": "sequential",
            "adm_in_channels": 2816,
            "use_temporal_attention": False,
            "legacy": False,
        }


SDXL, SMALL, QUICK = Size(320, 10, 128, 128), Size(192, 4, 48, 18), Size(128, 2, 32, 8)


def core_network(size: Size, dtype: torch.dtype, device: torch.device) -> comfy.cldm.cldm.ControlNet:
    ops = comfy.ops.disable_weight_init
    return comfy.cldm.cldm.ControlNet(hint_channels=3, operations=ops, dtype=dtype, device=device, **size.unet)


def lora(size: Size, dtype: torch.dtype) -> dict[str, Tensor]:
    """A file of random weights."""
    file = {"lora_controlnet": torch.zeros(0)}
    for key, tensor in core_network(size, dtype, torch.device("meta")).state_dict().items():
        outer, *inner = tensor.shape
        if inner and key.startswith(SHARED):
            module = key.removesuffix(".weight")
            file[f"{module}.up"] = torch.randn(outer, size.rank, *[1] * (len(inner) - 1), dtype=dtype) * 0.02
            file[f"{module}.down"] = torch.randn(size.rank, *inner, dtype=dtype) * 0.02
        else:
            file[key] = torch.randn(tensor.shape, dtype=dtype) * 0.02
    return file


class Counted(Bindings):
    merges = 0

    def _bound(self, *given):
        self.merges += 1
        return super()._bound(*given)


def measure(size: Size, rounds: int, device: torch.device, dtype: torch.dtype) -> list[Case]:
    base = comfy.model_base.BaseModel(Config({**size.unet, "out_channels": 4, "dtype": dtype}), device=device)
    randomise(base.diffusion_model)
    patcher = comfy.model_patcher.ModelPatcher(base, device, comfy.model_management.unet_offload_device())
    comfy.model_management.load_models_gpu([patcher])
    patcher.pre_run()
    file = lora(size, dtype)
    networks = Counted(CONTROL_LORA.load(Checkpoint(file), CONTROL_LORA.layouts[0], Backend()))
    merged = core_network(size, dtype, device)
    merged.load_state_dict(networks.on(base).model.state_dict())
    networks.kept.clear()
    networks.merges = 0
    controls = {
        "ComfyUI's, merged beforehand": comfy.controlnet.ControlNet(merged, load_device=device),
        "ComfyUI's": comfy.controlnet.load_controlnet_state_dict(dict(file)),
        "ours": ComfyControl(networks),
    }
    for control in controls.values():
        control.set_cond_hint(torch.rand(1, 3, 8 * size.latent, 8 * size.latent))
    x = torch.randn(BATCH, 4, size.latent, size.latent, device=device)
    sigma, cond = (
        torch.full((BATCH,), SIGMA, device=device),
        {
            "c_crossattn": torch.randn(BATCH, 77, 2048, device=device, dtype=dtype),
            "y": torch.randn(BATCH, 2816, device=device, dtype=dtype),
        },
    )
    starts: dict[str, list[float]] = {name: [] for name in controls}
    steps: dict[str, list[tuple[float, float]]] = {name: [] for name in controls}
    for i in range(rounds + 1):  # the first warms up, and is our only one that merges
        for name in (*list(controls)[i % 3 :], *list(controls)[: i % 3]):
            control, times = controls[name], [clock(device)]
            control.pre_run(base, base.model_sampling.percent_to_sigma)
            times.append(clock(device))
            for _ in range(2):  # ours encodes the hint in a run's first step; the second is like all others
                given = control.get_control(x, sigma, cond, BATCH, {"cond_or_uncond": [1, 0]})
                times.append(clock(device))
            base.apply_model(x, sigma, **cond, control=given, transformer_options={})
            times.append(clock(device))
            control.cleanup()
            starts[name].append(times[1] - times[0])
            if i > 0:
                steps[name].append((times[3] - times[2], times[4] - times[3]))
    return summary(size, starts, steps, networks.merges)


def summary(size: Size, starts: dict, steps: dict, merges: int) -> list[Case]:
    """Medians over the rounds; ratios are medians of each round's own."""
    core, cases = steps["ComfyUI's"], []
    runs = len(starts["ours"])
    for name, taken in steps.items():
        control = median(control for control, _ in taken)
        cases.append(
            {
                "name": f"latent {size.latent}, width {size.width}, rank {size.rank}: {name}",
                "first_start_s": starts[name][0],
                "next_start_s": median(starts[name][1:]),
                "control_s": control,
                "step_s": median(sum(parts) for parts in taken),
                "control_to_core": median(mine[0] / theirs[0] for mine, theirs in zip(taken, core)),
                "step_to_core": median(sum(mine) / sum(theirs) for mine, theirs in zip(taken, core)),
                "merges": {"ours": f"{merges} in {runs} runs", "ComfyUI's": "1 a step"}.get(name, ""),
            }
        )
    return cases


def main() -> None:
    chosen = options(__doc__)
    device = comfy.model_management.get_torch_device()
    on_cpu = device.type == "cpu"
    size = QUICK if chosen.quick else SMALL if on_cpu else SDXL
    with torch.inference_mode():
        cases = measure(size, 15 if on_cpu else 30, device, torch.float32 if on_cpu else torch.float16)
        show(cases, chosen.json)


if __name__ == "__main__":
    main()
