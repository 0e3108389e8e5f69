"""Stage 1: the autoencoder, on random crops."""

from pathlib import Path

import torch
from torch import Tensor

from ...control.training.run import averaged
from ..autoencoder import Autoencoder
from ..shape import LATENT_CHANNELS
from .examples import Examples
from .run import Log, checkpoint, stage

CROP, BATCH = 64, 32
KL_WEIGHT = 5e-4
EDGE_WEIGHT = 1.0  # of the error in the differences between neighbours: edges must stay where they are


def loss(model: Autoencoder, image: Tensor, generator: torch.Generator) -> Tensor:
    mean, log_variance = model.posterior(image)
    log_variance = log_variance.clamp(-20, 4)
    noise = torch.randn(mean.shape, generator=generator).to(mean)
    error = model.decode(mean + noise * (0.5 * log_variance).exp()) - image
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return error.abs().mean() + EDGE_WEIGHT * edges + KL_WEIGHT * divergence


def standardised(model: Autoencoder, image: Tensor) -> Autoencoder:
    """`model`, changed to have latents of zero mean and about unit variance by folding both into its own weights.

    Only the border differs: the decoder pads with zeros, which now stand for the mean.
    """
    with torch.no_grad():
        latent = model.encode(image)
        mean, deviation = latent.mean(dim=(0, 2, 3)), latent.std()
        last, first, channels = model.encoder[-1], model.decoder[0], mean.shape[0]
        last.weight[:channels] /= deviation
        last.bias[:channels] = (last.bias[:channels] - mean) / deviation
        first.bias += (first.weight * mean[None, :, None, None]).sum(dim=(1, 2, 3))
        first.weight *= deviation
    return model


def main(folder: Path, device: torch.device, steps: int) -> None:
    examples = Examples(folder, side=128, count=20_000)
    model = Autoencoder(LATENT_CHANNELS).to(device)
    run = stage(folder, "autoencoder", model, steps, learning_rate=1.5e-3)

    def batch_loss(generator: torch.Generator) -> Tensor:
        pixels = examples.pixels(examples.pick(BATCH, generator)).to(device)
        top, left = torch.randint(0, 128 - CROP + 1, (2,), generator=generator).tolist()
        return loss(model, pixels[..., top : top + CROP, left : left + CROP], generator)

    run.train(batch_loss, Log(run))


def load(folder: Path, device: torch.device) -> Autoencoder:
    """The trained autoencoder, standardised."""
    model = Autoencoder(LATENT_CHANNELS)
    model.load_state_dict(averaged(checkpoint(folder, "autoencoder")))
    examples = Examples(folder, side=128, count=20_000)
    return standardised(model, examples.pixels(list(range(256)))).to(device).eval().requires_grad_(False)
