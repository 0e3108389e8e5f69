"""What all Apply nodes have in common: the sockets that say how a control is applied, and their outputs."""

from dataclasses import replace
from typing import get_args

from comfy_api.latest import io

from ..control.hint import Batching
from ..control.mask import effect_mask
from ..control.options import Areas, Options
from ..control.schedule import Basis
from ..control.unit import Manner
from ..host import peer_objects

BlockWeights = io.Custom("ARMATURE_WEIGHTS")
ControlSchedule = io.Custom("ARMATURE_SCHEDULE")
ControlKeyframes = io.Custom("ARMATURE_KEYFRAMES")
ControlOptions = io.Custom("ARMATURE_OPTIONS")
LatentStrengths = io.Custom("ARMATURE_LATENT_STRENGTHS")

AnyWeights = io.Custom("ARMATURE_WEIGHTS,CONTROL_NET_WEIGHTS")
AnyKeyframes = io.Custom("ARMATURE_KEYFRAMES,TIMESTEP_KEYFRAME")
AnySchedule = io.Custom("ARMATURE_SCHEDULE,ARMATURE_KEYFRAMES,TIMESTEP_KEYFRAME")
AnyLatentStrengths = io.Custom("ARMATURE_LATENT_STRENGTHS,LATENT_KEYFRAME")
"""Sockets that take Advanced-ControlNet's objects too."""

AS_OPTIONS_SAY = "as the options say"

STRENGTHS = {"default": 1.0, "min": -10.0, "max": 10.0, "step": 0.01}
PERCENTS = {"min": 0.0, "max": 1.0, "step": 0.001, "advanced": True}
INPAINT_MASK = (
    "Only for control models made for inpainting: 1 where the image is to be made anew. The control map is then the "
    "image itself, and the hole is cut into it as the model wants it. Not the mask of where the control acts."
)


def control_inputs(image: str) -> list[io.Input]:
    """A control, its map and its strength; `image` says how the map is fitted."""
    return [
        io.ControlNet.Input("control_net", tooltip="From Load Control, or from any other loader."),
        io.Image.Input("image", tooltip=f"The control map: edges, depth, a pose. {image}"),
        io.Float.Input("strength", tooltip="1 is as trained, 0 is no control; below 0 it pushes away.", **STRENGTHS),
    ]


def range_inputs(begins: str = "the control begins", ends: str = "the control ends") -> list[io.Input]:
    return [
        io.Float.Input("start_percent", default=0.0, tooltip=f"Part of sampling at which {begins}.", **PERCENTS),
        io.Float.Input("end_percent", default=1.0, tooltip=f"Part of sampling at which {ends}.", **PERCENTS),
    ]


def negative_input(gets: str = "the same control") -> io.Input:
    return io.Conditioning.Input(
        "negative",
        optional=True,
        tooltip=f"The negative prompt. Gets {gets}. Leave it out for models sampled without one.",
    )


def basis_input(default: Basis) -> io.Input:
    return io.Combo.Input(
        "basis",
        options=list(get_args(Basis)),
        default=default,
        tooltip="What places, and Apply Control's start and end, are parts of. timestep: of the model's whole range, "
        "as in ComfyUI; a run with denoise below 1 covers only the end of it. steps: of the steps of this run, as in "
        "sd-webui. sigma: of this run's noise.",
    )


def float_list_input(name: str, tooltip: str = "A list of floats.", optional: bool = False) -> io.Input:
    return io.Custom("FLOATS,FLOAT").Input(name, optional=optional, tooltip=tooltip, extra_dict={"forceInput": True})


def vae_input() -> io.Input:
    return io.Vae.Input(
        "vae", optional=True, tooltip="The base model's, for control models that read the image through it."
    )


def manner_inputs(what: str = "the control") -> list[io.Input]:
    return [
        AnyWeights.Input(
            "weights", optional=True, tooltip=f"From Block Weights: how strongly {what} acts in each block."
        ),
        AnySchedule.Input(
            "schedule",
            optional=True,
            tooltip=f"From Control Schedule: how the strength of {what} changes in a run. Keyframes that are connected "
            "without it hold until the next one.",
        ),
        io.Mask.Input(
            "mask",
            optional=True,
            tooltip=f"Where in the image {what} acts: 1 is full strength, 0 is none. Of any size; several belong to "
            "the images of the batch. Effect Mask feathers and inverts it.",
        ),
        ControlOptions.Input("options", optional=True, tooltip="From Control Options or Latent Strengths."),
    ]


def latent_inputs() -> list[io.Input]:
    return [
        AnyLatentStrengths.Input(
            "latent_strengths",
            optional=True,
            tooltip="From Latent Strengths: strengths of single images of the batch. The others have what the keyframe "
            "says, 0 without one.",
        ),
        io.Combo.Input(
            "batch",
            options=[AS_OPTIONS_SAY, *get_args(Batching)],
            default=AS_OPTIONS_SAY,
            optional=True,
            advanced=True,
            tooltip="Where there are fewer images, or masks, than latents; what Control Options says too. cycle: from "
            "the first again, as in ComfyUI. hold: the last for the rest, as in Advanced-ControlNet. error: stop.",
        ),
    ]


def areas_input() -> io.Input:
    return io.Combo.Input(
        "areas",
        options=[AS_OPTIONS_SAY, *get_args(Areas)],
        default=AS_OPTIONS_SAY,
        optional=True,
        advanced=True,
        tooltip="For prompts with an area; what Control Options says too, and crop without. crop: the control sees its "
        "map there. squeeze: all of the map is squeezed into the area, as in ComfyUI.",
    )


def manner(
    weights=None,
    schedule=None,
    mask=None,
    options=None,
    latent_strengths=None,
    batch=AS_OPTIONS_SAY,
    areas=AS_OPTIONS_SAY,
) -> Manner:
    options = chosen(options)
    if areas != AS_OPTIONS_SAY:
        options = replace(options, areas=areas)
    if batch != AS_OPTIONS_SAY:
        options = replace(options, fit=replace(options.fit, batching=batch))
    return Manner(
        peer_objects.schedule(schedule),
        peer_objects.layer_weights(weights),
        None if mask is None else effect_mask(mask, options.fit.batching),
        options,
        images=peer_objects.latent_strengths(latent_strengths),
    )


def chosen(options: Options | None) -> Options:
    """Without Control Options, prompts for areas see their part of the hint."""
    return options or Options(areas="crop")


def outputs() -> list[io.Output]:
    return [
        io.Conditioning.Output(display_name="positive", tooltip="The prompt with its control."),
        io.Conditioning.Output(display_name="negative", tooltip="The negative prompt with its control."),
    ]


def node_id(cls: type[io.ComfyNode]) -> str | None:
    """Of the node being run, where it is run by ComfyUI."""
    return cls.hidden.unique_id if cls.hidden else None
