"""What the nodes that look into a control have in common: what KSampler and Apply Control are told."""

from comfy_api.latest import io

from ..host.applying import Application
from ..host.probing import SAMPLERS, SCHEDULERS, Sampling
from .applying import STRENGTHS, manner, manner_inputs, range_inputs, vae_input


def inputs(steps: int) -> list[io.Input]:
    return [
        io.Model.Input("model", tooltip="The base that the control is for."),
        io.Conditioning.Input("positive", tooltip="The prompt, without this control."),
        io.Conditioning.Input("negative", tooltip="The negative prompt, without this control."),
        io.ControlNet.Input("control_net", tooltip="From Load Control."),
        io.Image.Input("image", tooltip="The control map."),
        io.Latent.Input("latent", tooltip="What to start from, as KSampler's. Several images give their mean."),
        io.Int.Input("seed", default=0, min=0, max=2**64 - 1, control_after_generate=False, tooltip="Of the noise."),
        io.Int.Input("steps", default=steps, min=1, max=10_000, tooltip="Of a run."),
        io.Float.Input("cfg", default=4.0, min=0.0, max=100.0, step=0.1, round=0.01, tooltip="As KSampler's."),
        io.Combo.Input("sampler_name", options=SAMPLERS, default="euler", tooltip="As KSampler's."),
        io.Combo.Input("scheduler", options=SCHEDULERS, default="normal", tooltip="As KSampler's."),
        io.Float.Input("strength", tooltip="Of the control, as in Apply Control.", **STRENGTHS),
        *range_inputs(),
    ]


def optional_inputs() -> list[io.Input]:
    return [*manner_inputs(), vae_input()]


def runs(given: dict) -> tuple[Sampling, Application]:
    """What these inputs say."""
    sampling = Sampling(
        given["model"],
        given["positive"],
        given["negative"],
        given["latent"],
        given["seed"],
        given["steps"],
        given["cfg"],
        given["sampler_name"],
        given["scheduler"],
    )
    how = manner(given.get("weights"), given.get("schedule"), given.get("mask"), given.get("options"))
    percents = (given["start_percent"], given["end_percent"])
    return sampling, Application(
        given["control_net"], given["image"], given["strength"], percents, how, vae=given.get("vae")
    )
