"""The Fréchet distance between two sets of pictures, as Heusel et al. 2017 (arXiv:1706.08500) measure it.

Their features are Inception's, of photographs. Here they are what the practice model's own autoencoder sees: the mean
and the standard deviation of each latent channel, 16 numbers a picture, so few that some dozens of pictures suffice.
"""

import comfy.sd
import torch
from torch import Tensor


def features(vae: comfy.sd.VAE, images: Tensor) -> Tensor:
    """(B, 2 C) of images (B, 3, H, W) in [0, 1], in double precision."""
    latents = vae.encode(images.movedim(1, -1)).double()
    return torch.cat([latents.mean(dim=(2, 3)), latents.std(dim=(2, 3))], dim=1)


def frechet_distance(first: Tensor, second: Tensor) -> float:
    """Squared distance of the Gaussians with the means and covariances of two sets of features (N, D), N > 1."""
    (mean, covariance), (other_mean, other) = ((one.mean(dim=0), torch.cov(one.T)) for one in (first, second))
    root = _root(covariance)
    shared = _root(root @ other @ root).trace()
    return float((mean - other_mean).square().sum() + covariance.trace() + other.trace() - 2 * shared)


def _root(matrix: Tensor) -> Tensor:
    """Of a symmetric matrix without negative eigenvalues, but for rounding."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T
