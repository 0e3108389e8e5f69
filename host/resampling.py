"""Fits residuals to a UNet whose size a patch has changed; ComfyUI drops those that do not fit, with a log line.

Kohya's Deep Shrink (core's PatchModelAddDownscale) runs the inner blocks at a smaller size, so the sizes are known in
the midst of an evaluation only: at ComfyUI's own patch points, right after it adds a residual or right before.
"""

import logging
from collections.abc import Sequence

from comfy.patcher_extension import WrappersMP
from torch import Tensor

from ..control.resampling import at_size
from ..control.unet_shape import UNetShape
from ..errors import WrongBaseModel

KEY = "armature_resampling"


class Resampling:
    """One run's, of one base: it says once that it acts."""

    def __init__(self, base: UNetShape):
        self.base, self.reported = base, False

    def enter(self, transformer_options: dict) -> None:
        """Be asked at the next evaluation: once, however many controls of a chain enter."""
        wrappers = transformer_options.get("wrappers", {})
        around_unet = {**wrappers.get(WrappersMP.DIFFUSION_MODEL, {}), KEY: [self.evaluate]}
        transformer_options["wrappers"] = {**wrappers, WrappersMP.DIFFUSION_MODEL: around_unet}

    def evaluate(self, executor, x, timesteps, context, y, control, transformer_options, **options):
        """Run the UNet with residuals that fit."""
        fitting = Fitting(self, control or {})
        given = transformer_options.get("patches", {})
        patches = {
            **given,
            "input_block_patch": [fitting.add_input, *given.get("input_block_patch", ()), fitting.fit_skip],
            "input_block_patch_after_skip": [*given.get("input_block_patch_after_skip", ()), fitting.fit_middle],
        }
        return executor(
            x, timesteps, context, y, fitting.control, {**transformer_options, "patches": patches}, **options
        )

    def fit(self, residual: Tensor, h: Tensor, place: str) -> Tensor:
        """The residual at the size of `h`; one of a single pixel or channel is for every one.

        Raises:
            WrongBaseModel: it has another number of channels.
        """
        if residual.shape[1] not in (1, h.shape[1]):
            raise WrongBaseModel(
                f"A control gives {residual.shape[1]} channels to {place}, where {self.base.name} has {h.shape[1]}. "
                "Load a control model made for this base, or the base that this one was made for."
            )
        if tuple(residual.shape[-2:]) == (1, 1):
            return residual
        self.compare(residual.shape[-2:], h.shape[-2:], place)
        return at_size(residual, h.shape[-2:])

    def compare(self, expected: Sequence[int], found: Sequence[int], place: str) -> None:
        """Report the first size that is not as expected."""
        if tuple(expected) != tuple(found) and not self.reported:
            self.reported = True
            height, width = found
            logging.info(
                f"Control is resampled: {place} has {height} x {width} where {expected[0]} x {expected[1]} was "
                "expected. A patch of this model changes the UNet's size, as Deep Shrink does."
            )


class Fitting:
    """One evaluation's residuals, in lists of our own, which ComfyUI pops from their end."""

    def __init__(self, resampling: Resampling, control: dict[str, list]):
        self.resampling, self.blocks = resampling, len(resampling.base.widths)
        self.inputs = list(control.get("input", ()))
        self.control = {**control, "input": [], **{k: list(control.get(k, ())) for k in ("middle", "output")}}

    def add_input(self, h: Tensor, options: dict) -> Tensor:
        """What ComfyUI does at this point, at the size that h turned out to have."""
        self.size, self.place = h.shape[-2:], f"input block {options['block'][1]}"
        residual = self.inputs.pop() if self.inputs else None
        if residual is None:
            return h
        return (h + self.resampling.fit(residual, h, self.place).expand_as(h)).to(h.dtype)

    def fit_skip(self, h: Tensor, options: dict) -> Tensor:
        """The skip is what h is now; its residual is popped when the decoder comes to it."""
        self.resampling.compare(self.size, h.shape[-2:], self.place)
        self._fit_in(self.control["output"], options["block"][1] - self.blocks, h, f"skip {options['block'][1]}")
        self.size = h.shape[-2:]
        return h

    def fit_middle(self, h: Tensor, options: dict) -> Tensor:
        """The middle block keeps the size that the last input block leaves."""
        self.resampling.compare(self.size, h.shape[-2:], self.place)
        if options["block"][1] == self.blocks - 1:
            self._fit_in(self.control["middle"], -1, h, "the middle block")
        return h

    def _fit_in(self, residuals: list[Tensor | None], index: int, h: Tensor, place: str) -> None:
        """`index` counts from the end."""
        if len(residuals) >= -index and residuals[index] is not None:
            residuals[index] = self.resampling.fit(residuals[index], h, place)
