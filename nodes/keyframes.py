"""What all nodes that make keyframes have in common."""

from comfy_api.latest import io

from ..control.mask import effect_mask
from ..control.schedule import Keyframe, Keyframes
from ..host import peer_objects
from .applying import AnyKeyframes, AnyLatentStrengths, AnyWeights, ControlKeyframes


def lasting_inputs() -> list[io.Input]:
    return [
        AnyLatentStrengths.Input(
            "images",
            optional=True,
            tooltip="From Latent Strengths: strengths of single images of the batch from here on. Without them those "
            "before go on, or those of Apply Control.",
        ),
        io.Float.Input(
            "other_images",
            default=0.0,
            min=-10.0,
            max=10.0,
            step=0.01,
            optional=True,
            advanced=True,
            tooltip="What images have that are not named, where some are.",
        ),
        io.Boolean.Input(
            "inherit",
            default=True,
            optional=True,
            advanced=True,
            tooltip="Weights, mask and images that it does not have itself stay as before. Off: they end here.",
        ),
    ]


def several_inputs() -> list[io.Input]:
    """Of nodes that make several keyframes with the same weights, mask and images."""
    return [
        AnyWeights.Input("weights", optional=True, tooltip="Block weights of all of them."),
        io.Mask.Input("mask", optional=True, tooltip="Where the control acts, for all of them."),
        AnyKeyframes.Input("previous", optional=True, tooltip="The keyframes before them in the chain."),
        *lasting_inputs(),
    ]


def output() -> list[io.Output]:
    return [ControlKeyframes.Output(display_name="keyframes", tooltip="For Apply Control, or Control Schedule.")]


def lasting(start, strength, weights=None, mask=None, images=None, others=0.0, inherit=True) -> Keyframe:
    return Keyframe(
        start,
        strength,
        peer_objects.layer_weights(weights),
        None if mask is None else effect_mask(mask),
        peer_objects.latent_strengths(images),
        others,
        inherit,
    )


def chained(previous, *own: Keyframe) -> Keyframes:
    before = peer_objects.keyframes(previous)
    return Keyframes((*(before.keyframes if before else ()), *own))
