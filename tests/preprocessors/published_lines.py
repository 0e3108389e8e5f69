"""What the line networks of comfyui_controlnet_aux 1.1.5 give, with random weights: tests/data/published_lines.npz.

`net ID` is every STEP-th pixel of what a network makes of `question(ID)`; `map ...` the map of IMAGE, as its detectors
draw it at a resolution of 50.
"""

from pathlib import Path

import numpy as np
import torch

from armature.preprocessors.networks.line_art import COARSE, REALISTIC
from armature.preprocessors.networks.line_art_anime import ANIME
from armature.preprocessors.networks.line_art_manga import MANGA
from armature.preprocessors.networks.mlsd import MLSD
from armature.preprocessors.networks.pidinet import PIDINET
from armature.preprocessors.networks.teed import MTEED, TEED

from .annotators import MANIFESTS, random_weights
from .photographs import astronaut

PUBLISHED = dict(np.load(Path(__file__).parent.parent / "data" / "published_lines.npz"))
RESOLUTION, IMAGE = 50, astronaut()[..., 40:115, 150:263]
STEP = {"lineart_anime": 32}
GAIN = {"teed": 0.7, "mteed": 0.7, "pidinet": 0.8, "lineart_anime": 0.5, "manga_line": 0.62, "mlsd": 0.92}
SEED = {"mteed": 1, "lineart_coarse": 1}
MANIFEST = {"mteed": "teed", "lineart_coarse": "lineart"}
CHANNELS = {"manga_line": 1, "mlsd": 4, "mlsd_tiny": 4}
NETWORKS = {one.id: one for one in (TEED, MTEED, PIDINET, REALISTIC, COARSE, ANIME, MANGA, MLSD)} | {"mlsd_tiny": MLSD}


def weights(id: str) -> dict[str, torch.Tensor]:
    """Random weights with which the answers are neither flat nor saturated."""
    gain = GAIN.get(id.removesuffix("_tiny"), 1.0)
    random = random_weights(MANIFESTS[MANIFEST.get(id, id)], SEED.get(id, 0))
    return {key: weight * gain if weight.ndim > 1 else weight for key, weight in random.items()}


def network(id: str) -> torch.nn.Module:
    return NETWORKS[id].load(weights(id), torch.nn, id)


def question(id: str) -> torch.Tensor:
    size = (256, 256) if id == "lineart_anime" else (64, 96)
    noise = torch.rand(1, CHANNELS.get(id, 3), *size, generator=torch.Generator().manual_seed(3))
    if id in ("lineart_anime", "mlsd", "mlsd_tiny"):
        return noise * 2 - 1
    return noise * 255 if id in ("teed", "mteed", "manga_line") else noise
