"""A small network that finds depth in pictures of the practice world, as MiDaS does in photographs."""

import torch
from torch import Tensor, nn

from ...control.training.run import Plan, Run
from ...practice import maps
from ...practice.world import scene
from .lessons import SIDE

PATCH, WIDTH, DILATIONS = 4, 48, (1, 2, 4, 8, 1)
BATCH, RATE, FIRST_SEED = 8, 3e-3, 500_000_000  # the scenes are neither those of the lessons nor held out


class DepthReader(nn.Module):
    """Images (B, 3, H, W) in [0, 1] -> depth (B, 1, H, W), about 0 to 1, near is white."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3 * PATCH**2, WIDTH, 3, padding=1)
        self.body = nn.ModuleList(
            nn.Sequential(nn.GroupNorm(8, WIDTH), nn.SiLU(), nn.Conv2d(WIDTH, WIDTH, 3, padding=d, dilation=d))
            for d in DILATIONS
        )
        self.last = nn.Conv2d(WIDTH, PATCH**2, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        x = self.first(nn.functional.pixel_unshuffle(images - 0.5, PATCH))
        for layer in self.body:
            x = x + layer(x)
        return nn.functional.pixel_shuffle(self.last(x), PATCH)


def trained_reader(steps: int) -> DepthReader:
    """The same for the same number of steps."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        reader = DepthReader()
    run = Run(reader, Plan(steps, RATE, warmup=20, decay_from=0.5))

    def loss(generator: torch.Generator) -> Tensor:
        seeds = FIRST_SEED + torch.randint(10**6, (BATCH,), generator=generator)
        scenes = [scene(seed, SIDE) for seed in seeds.tolist()]
        return (reader(maps.images(scenes)) - maps.depth(scenes)[:, :1]).square().mean()

    run.train(loss)
    return reader.requires_grad_(False)
