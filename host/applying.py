"""What the Apply nodes do to conditionings."""

import comfy.controlnet
from comfy_execution.graph_utils import ExecutionBlocker
from torch import Tensor

from .sampling import attach

NO_NEGATIVE = "Apply Control has no negative to pass on: connect its negative input, or use its positive output alone."


def apply_control(
    positive: list,
    negative: list | None,
    control: comfy.controlnet.ControlBase,
    image: Tensor,
    strength: float,
    percents: tuple[float, float],
) -> tuple[list, object]:
    """Both conditionings with the control on top of what they carry; unchanged at strength 0.

    `image` is (B, H, W, C) in [0, 1]. Without a negative, its output stops whatever is connected to it with a message.
    """
    given = [positive] if negative is None else [positive, negative]
    if strength != 0.0:
        given = attach(control.copy().set_cond_hint(image.movedim(-1, 1), strength, percents), *given)
    return given[0], ExecutionBlocker(NO_NEGATIVE) if negative is None else given[1]
