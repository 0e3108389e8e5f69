"""Training pictures, drawn once and kept on disk: images, captions, and later their latents."""

import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..autoencoder import Autoencoder
from ..photos import crop
from ..world import Scene, scene

PHOTO_SHARE = 0.3


def example(seed: int, side: int) -> Scene:
    return crop(seed, side) if np.random.default_rng([seed, 1]).random() < PHOTO_SHARE else scene(seed, side)


class Examples:
    """`count` pictures of one size. `images` is (count, side, side, 3) uint8, mapped from disk."""

    def __init__(self, folder: Path, side: int, count: int):
        self.folder, self.side = folder, side
        stem = f"examples_{side}_{count}"
        pictures, words = folder / f"{stem}.npy", folder / f"{stem}.json"
        if not words.exists():
            folder.mkdir(parents=True, exist_ok=True)
            images = np.lib.format.open_memmap(pictures, "w+", np.uint8, (count, side, side, 3))
            captions = []
            with ProcessPoolExecutor(2) as pool:
                for i, drawn in enumerate(pool.map(partial(example, side=side), range(count), chunksize=64)):
                    images[i] = drawn.image
                    captions.append(drawn.caption)
            images.flush()
            words.write_text(json.dumps(captions))
        self.images = np.load(pictures, mmap_mode="r")
        self.captions: list[str] = json.loads(words.read_text())
        self.latents_file = folder / f"{stem}_latents.pt"

    def __len__(self) -> int:
        return len(self.captions)

    def pick(self, count: int, generator: torch.Generator) -> list[int]:
        return torch.randint(len(self), (count,), generator=generator).tolist()

    def pixels(self, indices: list[int]) -> Tensor:
        """(B, 3, H, W) in [-1, 1]."""
        return torch.from_numpy(self.images[indices]).movedim(-1, 1).float() / 127.5 - 1

    def latents(self, encoder: Autoencoder) -> Tensor:
        """(count, C, H, W) half precision, on the CPU; computed once and kept."""
        if not self.latents_file.exists():
            device = next(encoder.parameters()).device
            batches = [list(range(i, min(i + 64, len(self)))) for i in range(0, len(self), 64)]
            with torch.no_grad():
                parts = [encoder.encode(self.pixels(batch).to(device)).half().cpu() for batch in batches]
            torch.save(torch.cat(parts), self.latents_file)
        return torch.load(self.latents_file, weights_only=True)
