"""How a control is applied beyond strength, time and place."""

from dataclasses import dataclass
from typing import Literal

from ..errors import InvalidValue
from .hint import Fit

Mode = Literal["balanced", "prompt", "control"]
Areas = Literal["crop", "squeeze"]
UNLIMITED = 1 << 30  # latent pixels


@dataclass(frozen=True)
class Options:
    """The defaults are ComfyUI's behaviour.

    `mode` is that of sd-webui-controlnet: "prompt" gives both prompts the soft weights, "control" gives them to the
    positive one and nothing to the negative. `uncond` is what the control is multiplied by for the negative prompt; at
    0 no network is run for it. `pooled_uncond`: a control that is pooled acts on the negative prompt too. `sizes` are
    the smallest and the largest longer side of the latent, in its pixels, at which the control acts. `reuse`: the
    network is run at every n-th step and its residuals are used again until then, which is an approximation.
    `strengths` are those of single images of the batch, by number; the others have `strength_of_others`. `areas`: where
    a prompt is for an area of the image, the control sees that part of its hint and masks ("crop"), or all of them
    squeezed into it.
    """

    mode: Mode = "balanced"
    uncond: float = 1.0
    pooled_uncond: bool = True
    fit: Fit = Fit()
    sizes: tuple[int, int] | None = None
    reuse: int = 1
    strengths: tuple[tuple[int, float], ...] = ()
    strength_of_others: float = 1.0
    areas: Areas = "squeeze"


def sizes_between(smallest: int, largest: int) -> tuple[int, int] | None:
    """The range of `Options.sizes`; 0 is no limit.

    Raises:
        InvalidValue: the largest is below the smallest.
    """
    if not (smallest or largest):
        return None
    if largest and largest < smallest:
        raise InvalidValue(f"The control acts on latents from {smallest} to {largest}, so on none. Exchange the two.")
    return smallest, largest or UNLIMITED
