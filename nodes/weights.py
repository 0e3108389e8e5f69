"""What all nodes that make block weights have in common."""

from collections.abc import Iterable, Mapping

from comfy_api.latest import io

from ..control.schedule import Keyframe, Keyframes
from ..control.weights import LayerWeights
from .applying import BlockWeights, ControlKeyframes


def uncond_input() -> io.Input:
    return io.Float.Input(
        "uncond_multiplier",
        default=1.0,
        min=0.0,
        max=1.0,
        step=0.01,
        optional=True,
        advanced=True,
        tooltip="Multiplies the control of the negative prompt while these weights are in force. At 0 no network runs "
        "for it.",
    )


def middle_input() -> io.Input:
    return io.Float.Input(
        "middle_multiplier",
        default=1.0,
        min=0.0,
        max=10.0,
        step=0.001,
        optional=True,
        advanced=True,
        tooltip="Multiplies the weight of the middle block.",
    )


def sliders(places: Mapping[str, str]) -> list[io.Input]:
    """A number for each place, by its name and what it is, and the two multipliers."""
    own = [
        io.Float.Input(name, default=1.0, min=0.0, max=10.0, step=0.001, tooltip=what) for name, what in places.items()
    ]
    return [*own, uncond_input(), middle_input()]


def by_number(places: Iterable[str], numbers: Mapping[str, float], uncond: float, middle: float) -> io.NodeOutput:
    """The weights of the sliders, in the order of their places."""
    values = tuple(numbers[name] for name in places)
    return both(LayerWeights(values=values, middle=middle, uncond=uncond, adapts=True))


def outputs() -> list[io.Output]:
    return [
        BlockWeights.Output(display_name="weights", tooltip="For Apply Control, or for a Control Keyframe."),
        ControlKeyframes.Output(display_name="keyframe", tooltip="The weights as a keyframe from the start on."),
    ]


def both(weights: LayerWeights) -> io.NodeOutput:
    return io.NodeOutput(weights, Keyframes((Keyframe(0.0, weights=weights, guaranteed=1),)))
