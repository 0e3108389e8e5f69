"""What all Apply nodes have in common: the sockets that say how a control is applied, and their outputs."""

from comfy_api.latest import io

from ..control.mask import effect_mask
from ..control.options import Options
from ..control.schedule import Schedule
from ..control.unit import Manner

BlockWeights = io.Custom("ARMATURE_WEIGHTS")
ControlSchedule = io.Custom("ARMATURE_SCHEDULE")
ControlKeyframes = io.Custom("ARMATURE_KEYFRAMES")
ControlOptions = io.Custom("ARMATURE_OPTIONS")

STRENGTHS = {"default": 1.0, "min": -10.0, "max": 10.0, "step": 0.01}
PERCENTS = {"min": 0.0, "max": 1.0, "step": 0.001, "advanced": True}
INPAINT_MASK = (
    "Only for control models made for inpainting: 1 where the image is to be made anew. The control map is then the "
    "image itself, and the hole is cut into it as the model wants it. Not the mask of where the control acts."
)


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


def vae_input() -> io.Input:
    return io.Vae.Input(
        "vae", optional=True, tooltip="The base model's, for control models that read the image through it."
    )


def manner_inputs(what: str = "the control") -> list[io.Input]:
    return [
        BlockWeights.Input(
            "weights", optional=True, tooltip=f"From Block Weights: how strongly {what} acts in each block."
        ),
        ControlSchedule.Input(
            "schedule", optional=True, tooltip=f"From Control Schedule: how the strength of {what} changes in a run."
        ),
        io.Mask.Input(
            "mask",
            optional=True,
            tooltip=f"Where in the image {what} acts: 1 is full strength, 0 is none. Of any size; several belong to "
            "the images of the batch. Effect Mask feathers and inverts it.",
        ),
        ControlOptions.Input("options", optional=True, tooltip="From Control Options or Latent Strengths."),
    ]


def manner(weights=None, schedule=None, mask=None, options=None) -> Manner:
    options = chosen(options)
    place = None if mask is None else effect_mask(mask, options.fit.batching)
    return Manner(schedule or Schedule(), weights, place, options)


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
