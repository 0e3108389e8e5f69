"""How a control is applied beyond strength, time and place."""

from dataclasses import dataclass
from typing import Literal

from .hint import Fit

Mode = Literal["balanced", "prompt", "control"]


@dataclass(frozen=True)
class Options:
    """The defaults are ComfyUI's behaviour.

    `mode` is that of sd-webui-controlnet: "prompt" gives both prompts the soft weights, "control" gives them to the
    positive one and nothing to the negative. `uncond` is what the control is multiplied by for the negative prompt; at
    0 no network is run for it. `pooled_uncond`: a control that is pooled acts on the negative prompt too. `sizes` are
    the smallest and the largest longer side of the latent, in its pixels, at which the control acts. `reuse`: the
    network is run at every n-th step and its residuals are used again until then, which is an approximation.
    `strengths` are those of single images of the batch, by number; the others have `strength_of_others`.
    """

    mode: Mode = "balanced"
    uncond: float = 1.0
    pooled_uncond: bool = True
    fit: Fit = Fit()
    sizes: tuple[int, int] | None = None
    reuse: int = 1
    strengths: tuple[tuple[int, float], ...] = ()
    strength_of_others: float = 1.0
