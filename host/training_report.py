"""What a node tells while it trains: how far it is, the loss, and a picture of what the control makes of a hint."""

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean

import comfy.latent_formats
import comfy.model_management
import comfy.utils
import latent_preview
import torch
from PIL import Image
from torch import Tensor

from ..control.model import ControlModel
from ..control.training.objective import Example, controlled
from ..control.training.run import Run
from ..preprocessors.pixels import eight_bit
from .readout import Panel
from .teaching import ComfyBase

STEPS, SEED = 10, 0
LARGEST = 512  # pixels of the longer side, on the node
SMOOTHED = 50  # steps whose mean loss is told
SILENT = Panel(None)


@dataclass(eq=False)
class Report:
    """Called behind each step, with its loss. Every `every` steps it has the example drawn, 0 for never."""

    network: ControlModel
    base: ComfyBase
    example: Example
    progress: comfy.utils.ProgressBar
    every: int = 0
    panel: Panel = SILENT
    losses: list[float] = field(default_factory=list)

    def __call__(self, run: Run, loss: float) -> None:
        """
        Raises:
            InterruptProcessingException: the user cancels.
        """
        self.losses.append(loss)
        self.panel.show("", f"step {run.step} of {run.plan.steps}, loss {fmean(self.losses[-SMOOTHED:]):.4g}")
        shown = picture(self.network, self.base, self.example) if self.every and run.step % self.every == 0 else None
        preview = shown and ("JPEG", shown, LARGEST)  # as ComfyUI's samplers send theirs
        self.progress.update_absolute(run.step, preview=preview)
        comfy.model_management.throw_exception_if_processing_interrupted()


def picture(network: ControlModel, base: ComfyBase, example: Example) -> Image.Image | None:
    """The example's hint, and beside it what is drawn of it; None where ComfyUI has no preview for such latents."""
    shown = _previewer(base)
    if shown is None:
        return None
    latents = drawn(network, base, example)
    hint = Image.fromarray(eight_bit(example.hint.expand(3, -1, -1)[None])[0])
    both = Image.new("RGB", (2 * hint.width, hint.height))
    both.paste(hint)
    both.paste(shown.decode_latent_to_preview(latents).resize(hint.size), (hint.width, 0))
    return both


def drawn(network: ControlModel, base: ComfyBase, example: Example) -> Tensor:
    """Latents (1, C, H, W) as the UNet denoises them: Euler's method with the example's prompt, without guidance."""
    levels = base.sigmas(torch.linspace(1, 0, STEPS + 1)[:-1])
    noise = torch.randn(example.latent[None].shape, generator=torch.Generator().manual_seed(SEED)).to(example.latent)
    x = base.sampling.noise_scaling(levels[0], noise, torch.zeros_like(noise), max_denoise=True)
    with torch.no_grad(), base.casting():
        encoded = network.encode(example.hint[None])
        for now, then in pairwise([*levels[:, None], torch.zeros_like(levels[:1])]):
            predicted = controlled(network, base, base.step(x, now, example.prompt), encoded)
            clean = base.sampling.calculate_denoised(now, predicted.to(x.dtype), x)
            x = x + (x - clean) / now * (then - now)
    return x


def _previewer(base: ComfyBase) -> latent_preview.LatentPreviewer | None:
    """The one that the user chose, or the quickest; there may be none for a model's latents."""
    latents: comfy.latent_formats.LatentFormat = base.model.latent_format
    chosen = latent_preview.get_previewer(base.device, latents)
    if chosen is not None or latents.latent_rgb_factors is None:
        return chosen
    return latent_preview.Latent2RGBPreviewer(
        latents.latent_rgb_factors, latents.latent_rgb_factors_bias, latents.latent_rgb_factors_reshape
    )
