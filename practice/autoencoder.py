"""The practice model's autoencoder: 8 x 8 pixels become one latent pixel of 8 channels.

Patches of 4 x 4 pixels enter as channels (Shi et al. 2016, arXiv:1609.05158), so that no convolution runs at full
resolution: a hundredth of the arithmetic of Stable Diffusion's autoencoder.
"""

import torch.nn.functional as F
from torch import Tensor, nn

PATCH = 4


class ResBlock(nn.Module):
    def __init__(self, width: int, ops):
        super().__init__()
        self.norm1, self.conv1 = ops.GroupNorm(8, width), ops.Conv2d(width, width, 3, padding=1)
        self.norm2, self.conv2 = ops.GroupNorm(8, width), ops.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))


class Autoencoder(nn.Module):
    """Images (B, 3, 8H, 8W) in [-1, 1] <-> latents (B, latent_channels, H, W) of about unit variance."""

    def __init__(self, latent_channels: int = 8, widths: tuple[int, int] = (64, 96), ops=nn):
        super().__init__()
        fine, coarse = widths
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(PATCH),
            ops.Conv2d(3 * PATCH**2, fine, 3, padding=1),
            ResBlock(fine, ops),
            ops.Conv2d(fine, coarse, 3, stride=2, padding=1),
            ResBlock(coarse, ops),
            ResBlock(coarse, ops),
            ops.Conv2d(coarse, 2 * latent_channels, 1),
        )
        self.decoder = nn.Sequential(
            ops.Conv2d(latent_channels, coarse, 3, padding=1),
            ResBlock(coarse, ops),
            ResBlock(coarse, ops),
            ops.Conv2d(coarse, 4 * fine, 1),
            nn.PixelShuffle(2),
            ResBlock(fine, ops),
            ResBlock(fine, ops),
            ops.Conv2d(fine, 3 * PATCH**2, 3, padding=1),
            nn.PixelShuffle(PATCH),
        )

    def posterior(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the latents, each (B, latent_channels, H, W)."""
        mean, log_variance = self.encoder(image).chunk(2, dim=1)
        return mean, log_variance

    def encode(self, image: Tensor) -> Tensor:
        return self.posterior(image)[0]

    def decode(self, latent: Tensor) -> Tensor:
        return self.decoder(latent)
