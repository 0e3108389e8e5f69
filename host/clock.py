"""When an evaluation of the UNet happens, and for whom: ComfyUI's sampler in the words of a Step."""

from collections.abc import Callable
from functools import cache

from comfy.context_windows import IndexListContextWindow
from torch import Tensor

from ..control.step import Step

HALVINGS = 40  # of the sampling range, to find the percent of a sigma


class Clock:
    """The time of one sampling run."""

    def __init__(self, sigma_at: Callable[[float], float]):
        self.sigma_at, self.percents = cache(sigma_at), {}
        self.evaluated: tuple[float, ...] = ()

    def percent_at(self, sigma: float) -> float:
        """The inverse of ComfyUI's percent_to_sigma, which falls with the percent; it has no inverse of its own."""
        if sigma not in self.percents:
            low, high = 0.0, 1.0
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (middle, high) if self.sigma_at(middle) > sigma else (low, middle)
            self.percents[sigma] = high
        return self.percents[sigma]

    def step(self, sigmas: Tensor, transformer_options: dict, **tensors) -> Step:
        """`sigmas` are the batch's, all equal; `tensors` the rest of the Step."""
        whole, sigma = transformer_options.get("sample_sigmas"), float(sigmas[0])
        if self.evaluated[-1:] != (sigma,):
            self.evaluated = (*self.evaluated, sigma)
        return Step(
            sigma=sigma,
            sigma_at=self.sigma_at,
            percent_at=self.percent_at,
            sigmas=() if whole is None else tuple(whole.tolist()),
            evaluated=self.evaluated,
            cond_or_uncond=tuple(transformer_options.get("cond_or_uncond", (0,))),
            prompts=tuple(transformer_options.get("uuids", ())),
            window=window(transformer_options),
            frames=frames(transformer_options),
            **tensors,
        )


def window(transformer_options: dict) -> tuple[int, ...] | None:
    """The numbers of the latents being evaluated, where context windows show the UNet some of them at a time.

    ComfyUI's may have a frame from before the window in front (causal_window_fix), and may go over the frames of one
    video instead, which are none of its batch. AnimateDiff-Evolved has windows of its own.
    """
    present = _window_of_batch(transformer_options)
    if present is not None:
        before = getattr(present, "causal_anchor_index", None)  # newer than the oldest ComfyUI
        return tuple(present.index_list) if before is None else (before, *present.index_list)
    evolved = transformer_options.get("ad_params", {}).get("sub_idxs")
    return None if evolved is None else tuple(evolved)


def frames(transformer_options: dict) -> int | None:
    """How many latents the whole batch has, where a window shows some of them."""
    present = _window_of_batch(transformer_options)
    if present is None:
        return transformer_options.get("ad_params", {}).get("full_length")
    return getattr(present, "total_frames", None)  # newer than the oldest ComfyUI


def _window_of_batch(transformer_options: dict) -> IndexListContextWindow | None:
    present = transformer_options.get("context_window")
    return present if present is not None and present.dim == 0 else None
