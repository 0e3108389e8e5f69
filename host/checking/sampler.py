"""The noise of a run before it begins: which sigmas a sampler node will go through."""

from functools import cache

import comfy.model_base
import comfy.samplers
import torch

from ...control.schedule import Basis, Schedule
from ...control.step import Step
from ..clock import Clock
from .graph import Graph, Node

ONE_PASS, PASS_OF_STEPS, CUSTOM = ("KSampler",), ("KSamplerAdvanced",), ("SamplerCustom", "SamplerCustomAdvanced")
SAMPLERS = (*ONE_PASS, *PASS_OF_STEPS, *CUSTOM)
SCHEDULER = "BasicScheduler"
AT_STEPS = (
    *("euler", "euler_ancestral", "heun", "lms", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m_sde", "ddim", "ddpm", "lcm"),
    *("ipndm", "deis", "uni_pc", "uni_pc_bh2", "res_multistep"),
)
"""Samplers that evaluate the model at the sigmas of the steps alone, and not between them."""
MOST_STEPS = 10_000  # a node's own limit; a denoise near 0 multiplies it


@cache
def _usual_noise() -> torch.nn.Module:
    """That of Stable Diffusion 1.x, 2.x and SDXL."""
    return comfy.model_base.model_sampling(None, comfy.model_base.ModelType.EPS)


class _Sampled:
    """As much of a model as ComfyUI's sampler asks for its sigmas."""

    def get_model_object(self, name: str) -> torch.nn.Module:
        return _usual_noise()


def sigmas(node: Node, graph: Graph) -> tuple[float, ...] | None:
    """Those of the run of a sampler node, the one behind its last step included; None where they cannot be known."""
    if node.type in CUSTOM:
        scheduler, sampler = graph.source(node, "sigmas"), graph.source(node, "sampler")
        known = scheduler and sampler and (scheduler.type, sampler.type) == (SCHEDULER, "KSamplerSelect")
        return _run(scheduler, sampler) if known else None
    whole = _run(node, node)
    if node.type in ONE_PASS:
        return whole
    first, last = node.number("start_at_step"), node.number("end_at_step")
    if whole is None or first is None or last is None:
        return None
    return whole[max(int(first), 0) : max(int(last), 0) + 1]


def _run(scheduling: Node, sampling: Node) -> tuple[float, ...] | None:
    steps, scheduler, sampler = scheduling.number("steps"), scheduling.text("scheduler"), sampling.text("sampler_name")
    denoise = scheduling.number("denoise") if "denoise" in scheduling.inputs else 1.0
    if scheduler not in comfy.samplers.SCHEDULER_NAMES or sampler not in AT_STEPS:
        return None
    if steps is None or denoise is None or not 0 < denoise <= 1 or not 1 <= steps <= MOST_STEPS * denoise:
        return None
    name = "euler" if scheduling.type == SCHEDULER else sampler  # only KSampler has a step more for some samplers
    run = comfy.samplers.KSampler(_Sampled(), int(steps), "cpu", name, scheduler, denoise)
    return tuple(run.sigmas.tolist())


def covers_a_step(percents: tuple[float, float], basis: Basis, run: tuple[float, ...]) -> bool:
    """Whether a control with this range acts in some step of the run."""
    noise, nothing = _usual_noise(), torch.empty(0)
    clock = Clock(noise.percent_to_sigma)
    schedule = Schedule(1.0, *percents, basis=basis)
    return any(
        schedule.covers(Step(nothing, nothing, nothing, sigma, clock.sigma_at, clock.percent_at, run))
        for sigma in run[:-1]
    )
