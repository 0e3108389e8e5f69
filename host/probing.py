"""Runs of the sampler that ask what each block of a control changes."""

from dataclasses import dataclass, replace

import comfy.model_patcher
import comfy.sample
import comfy.samplers
import comfy.utils
from torch import Tensor

from ..control.probe import Effects, Question, effects, fixed, name, trials
from ..control.residuals import Block
from ..errors import InvalidValue, WrongControl
from ..fidelity import sheets
from .applying import Application, apply
from .images import to_image
from .sampling import ComfyControl

SAMPLERS, SCHEDULERS = comfy.samplers.KSampler.SAMPLERS, comfy.samplers.KSampler.SCHEDULERS


@dataclass(frozen=True, eq=False)
class Sampling:
    """What KSampler is told."""

    model: comfy.model_patcher.ModelPatcher
    positive: list
    negative: list
    latent: dict
    seed: int
    steps: int
    cfg: float
    sampler: str
    scheduler: str

    def run(self, *applications: Application) -> Tensor:
        """The latents (B, C, H, W) that it makes under these controls."""
        positive, negative = apply(self.positive, self.negative, *applications)
        ratio = [self.latent[key] for key in ("downscale_ratio_spacial",) if key in self.latent]
        empty = comfy.sample.fix_empty_latent_channels(self.model, self.latent["samples"], *ratio)
        return comfy.sample.sample(
            self.model,
            comfy.sample.prepare_noise(empty, self.seed, self.latent.get("batch_index")),
            self.steps,
            self.cfg,
            self.sampler,
            self.scheduler,
            positive,
            negative,
            empty,
            noise_mask=self.latent.get("noise_mask"),
            disable_pbar=True,
            seed=self.seed,
        )


def probed(sampling: Sampling, application: Application, question: Question) -> Effects:
    """
    Raises:
        InvalidValue: the control changes nothing, or its keyframes have block weights of their own.
        WrongControl: ComfyUI itself runs the control.
    """
    places, manner = own(application.control).model.places, application.full_manner
    chosen, *scheduled = manner.every_weights
    if scheduled:
        raise InvalidValue("The schedule has block weights of its own, which hide those of the probe. Take them out.")
    runs = trials(chosen, places, question)
    progress = comfy.utils.ProgressBar(len(runs) + 2)

    def result(*applications: Application) -> Tensor:
        latents = sampling.run(*applications)
        progress.update(1)
        return latents

    def weighed(block: Block) -> Application:
        return replace(application, manner=replace(manner, weights=runs[block]))

    everything = replace(application, manner=replace(manner, weights=fixed(chosen, tuple(chosen.of(places).values()))))
    whole, none = result(everything), result()
    return effects(places, whole, none, {block: result(weighed(block)) for block in runs}, question)


def bars(found: Effects, question: Question) -> Tensor:
    """An IMAGE (1, H, W, 3)."""
    title = f"Change {question}; 1 is the whole control's"
    return to_image(sheets.bars({name(block): value for block, value in found.items()}, title))


def own(control: ComfyControl) -> ComfyControl:
    if not isinstance(control, ComfyControl):
        raise WrongControl("ComfyUI itself runs this control model, and nobody can look into it. Use Load Control.")
    return control
