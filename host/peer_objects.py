"""What nodes of Kosinkadink/ComfyUI-Advanced-ControlNet hand out, in our own types.

That pack is never imported: its objects are read by the names of their fields (adv_control/utils.py, 1.5.8).
"""

from collections.abc import Callable
from typing import Any

from ..control.held_keyframes import HeldKeyframes
from ..control.latent_strengths import LatentStrengths, Strengths
from ..control.mask import effect_mask
from ..control.schedule import Keyframe, Keyframes, Schedule
from ..control.weights import LayerWeights
from ..errors import InvalidValue

SCALED = "soft (Advanced-ControlNet, scaled)"
MIDDLE = "middle_mult"
LEVELS = 3  # times that it repeats each of an adapter's weights


def layer_weights(given: Any) -> LayerWeights | None:
    """
    Raises:
        InvalidValue: they are of a kind that is not known, or have extras that are not.
    """
    if given is None or isinstance(given, LayerWeights):
        return given
    return _read(_weights, given, "block weights")


def keyframes(given: Any) -> Keyframes | None:
    """
    Raises:
        InvalidValue: they are of a kind that is not known.
    """
    if given is None or isinstance(given, Keyframes):
        return given
    return _read(lambda group: Keyframes(tuple(map(_keyframe, group.keyframes))), given, "keyframes")


def schedule(given: Any) -> Schedule:
    """A schedule, or keyframes that hold.

    Raises:
        InvalidValue: they are of a kind that is not known.
    """
    if isinstance(given, Schedule):
        return given
    found = keyframes(given)
    return Schedule() if found is None else Schedule(course=HeldKeyframes(found.keyframes))


def latent_strengths(given: Any) -> Strengths | None:
    """
    Raises:
        InvalidValue: they are of a kind that is not known.
    """
    if given is None or isinstance(given, LatentStrengths):
        return given and given.strengths
    return _read(_strengths, given, "latent strengths")


def _read(read: Callable[[Any], Any], given: Any, what: str) -> Any:
    try:
        return read(given)
    except AttributeError as error:
        raise InvalidValue(
            f"This takes {what} of Armature or of Advanced-ControlNet, and found a {type(given).__name__}: {error}."
        ) from error


def _strengths(group: Any) -> Strengths:
    return tuple((int(one.batch_index), float(one.strength)) for one in group.keyframes)


def _keyframe(one: Any) -> Keyframe:
    return Keyframe(
        float(one.start_percent),
        float(one.strength),
        layer_weights(one.control_weights),
        None if one.mask_hint_orig is None else effect_mask(one.mask_hint_orig),
        None if one.latent_keyframes is None else _strengths(one.latent_keyframes),
        float(one.null_latent_kf_strength),
        bool(one.inherit_missing),
        int(one.guarantee_steps),
    )


def _weights(given: Any) -> LayerWeights:
    unknown = [name for name in given.extras if name != MIDDLE] + ["uncond_mask"] * given.has_uncond_mask
    kind = KINDS.get(given.weight_type)
    if kind is None or given.weight_func is not None or unknown:
        what = f"have {' and '.join(unknown)}" if unknown else f"are for {given.weight_type}"
        raise InvalidValue(
            f"These block weights of Advanced-ControlNet {what}, which is not known here. Use its own Apply node, or "
            "Block Weights."
        )
    return kind(given, given.extras.get(MIDDLE, 1.0), given.uncond_multiplier)


def _universal(given: Any, middle: float, uncond: float) -> LayerWeights:
    if given.weight_mask is not None:
        return LayerWeights(uncond=uncond, base_mask=effect_mask(given.weight_mask))
    return LayerWeights(SCALED, given.base_multiplier, (), middle, uncond)


def _controlnet(given: Any, middle: float, uncond: float) -> LayerWeights:
    values = (*(given.weights_output or ()), *(given.weights_middle or ()), *(given.weights_input or ()))
    return LayerWeights(values=tuple(map(float, values)), middle=middle, uncond=uncond, adapts=bool(values))


def _adapter(given: Any, middle: float, uncond: float) -> LayerWeights:
    values = tuple(map(float, (given.weights_input or ())[::LEVELS]))
    return LayerWeights(values=values, middle=middle, uncond=uncond, adapts=bool(values))


KINDS: dict[str, Callable[[Any, float, float], LayerWeights]] = {
    "default": lambda given, middle, uncond: LayerWeights(middle=middle, uncond=uncond),
    "universal": _universal,
    "controlnet": _controlnet,
    "t2iadapter": _adapter,
}
