"""A further stage: a ControlNet Union for the published practice model, which stays locked.

It starts as the published Canny ControlNet and learns four types of map, alone and two at a time.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from ...control.architecture import Architecture, detect
from ...control.architectures.controlnet_union import CONTROLNET_UNION, TYPES, ControlNetUnion
from ...control.backend import Backend
from ...control.checkpoint import Checkpoint
from ...control.training.controlnet_union import new_controlnet_union
from ...control.training.run import Run
from ...fidelity.edges import edge_fidelity
from ...preprocessors.edges.canny import canny
from ...preprocessors.sketch.xdog import xdog
from ..autoencoder import Autoencoder
from ..maps import depth, images, scribbles, segments
from ..shape import LATENT_CHANNELS, UNET
from ..world import HELD_OUT_SEEDS, Scene, scene
from . import published
from .base import Base, Bucket, buckets, choose, drop, guided, save_picture
from .control import EMPTY_PROMPTS, HIGH, LOW, controlled
from .diffusion import sample, velocity_loss
from .export import WEIGHTS, save
from .known import Known
from .run import Log, stage

START, FINISH = "practice_canny.safetensors", "practice_union.safetensors"
COUNT = TYPES.index("segment") + 1  # types come in order; openpose and normal are there and never trained
SINUSOIDS = 32
PAIRS = 0.25  # how often two maps of different types are shown together
XDOG = 0.3  # of the scribbles
EVALUATE_EVERY, EVALUATED = 300, 12

Hint = Callable[[list[Scene], torch.Generator], Tensor]
"""(scenes, generator) -> (B, 3, H, W), different every time where the map has options."""


def new_union() -> ControlNetUnion:
    """What training starts from: with any types, the published ControlNet."""
    new = new_controlnet_union(_start(), COUNT, SINUSOIDS)
    checkpoint = Checkpoint(new.tensors, metadata={"num_head_channels": str(UNET["num_head_channels"])})
    known: list[Architecture] = [CONTROLNET_UNION]
    architecture, layout = detect(checkpoint, known)
    return architecture.load(checkpoint, layout, Backend()).requires_grad_(True)


def published_names(union: ControlNetUnion) -> dict[str, Tensor]:
    """Its weights in the original layout."""
    named = {key.partition(".")[2]: value for key, value in union.state_dict().items()}
    return {key.replace(".in_proj.", ".in_proj_"): value for key, value in named.items()}


def some_edges(scenes: list[Scene], generator: torch.Generator) -> Tensor:
    low, high = (int(torch.randint(*bounds, (1,), generator=generator)) for bounds in (LOW, HIGH))
    return canny(images(scenes), low=low, high=high)


def some_scribbles(scenes: list[Scene], generator: torch.Generator) -> Tensor:
    way, much = torch.rand(2, generator=generator).tolist()
    return (
        xdog(images(scenes), threshold=round(16 + 24 * much)) if way < XDOG else scribbles(images(scenes), 0.8 + much)
    )


HINTS: dict[int, Hint] = {
    TYPES.index("depth"): lambda scenes, generator: depth(scenes),
    TYPES.index("hed/pidi/scribble/ted"): some_scribbles,
    TYPES.index("canny/lineart/anime_lineart/mlsd"): some_edges,
    TYPES.index("segment"): lambda scenes, generator: segments(scenes),
}
SHOWN = (2.0, 1.0, 1.0, 3.0)  # how often, in that order; depth and segments are farther from Canny edges
OF_PICTURES = {number for number, hint in HINTS.items() if hint in (some_scribbles, some_edges)}


def main(folder: Path, device: torch.device, steps: int) -> None:
    base, encoder = published.load(device)
    among = buckets(folder, encoder)
    known = {bucket.examples.side: Known(bucket.examples) for bucket in among}
    run = stage(folder, "union", new_union().to(device), steps, learning_rate=6e-4)

    def loss(generator: torch.Generator) -> Tensor:
        bucket, types = choose(among, generator), some_types(generator)
        chosen = pick(bucket, known[bucket.examples.side], types, generator)
        scenes = known[bucket.examples.side].scenes(chosen)
        union = run.model.typed(types)
        encoded = union.encode(*(HINTS[number](scenes, generator).to(device) for number in types))
        context = base.text(drop(bucket.tokens[chosen], EMPTY_PROMPTS, generator).to(device))
        denoise = partial(controlled, base, union, encoded, context=context)
        return velocity_loss(denoise, bucket.latents[chosen].float().to(device), generator)

    run.train(loss, Log(run, partial(fidelity, base, encoder, folder, run), EVALUATE_EVERY))
    facts = {"modelspec.title": "Armature practice ControlNet Union", "steps": str(run.step)}
    facts |= {"num_head_channels": str(UNET["num_head_channels"])}
    save(published_names(run.averaged), WEIGHTS / "controls" / FINISH, facts)


def some_types(generator: torch.Generator) -> list[int]:
    count = 2 if torch.rand((), generator=generator) < PAIRS else 1
    places = torch.multinomial(torch.tensor(SHOWN), count, generator=generator).tolist()
    return [list(HINTS)[place] for place in places]


def pick(bucket: Bucket, known: Known, types: list[int], generator: torch.Generator) -> list[int]:
    """Photographs too, where all maps can be made of pictures."""
    return (bucket.examples if OF_PICTURES.issuperset(types) else known).pick(bucket.batch, generator)


def fidelity(base: Base, encoder: Autoencoder, folder: Path, run: Run, averaged: ControlNetUnion) -> dict:
    """F1 of the edges of what is drawn against those of the held-out scene that each map is of."""
    scenes = [scene(HELD_OUT_SEEDS + i) for i in range(EVALUATED)]
    device, captions = next(averaged.parameters()).device, [s.caption for s in scenes]
    noise = torch.randn(EVALUATED, LATENT_CHANNELS, 16, 16, generator=torch.Generator().manual_seed(1)).to(device)
    rows, found = [images(scenes) * 2 - 1], {}
    for number, make in HINTS.items():
        hint, union = make(scenes, torch.Generator().manual_seed(2)).to(device), averaged.typed([number])
        with torch.no_grad():
            predict = partial(controlled, base, union, union.encode(torch.cat([hint, hint])))
            drawn = encoder.decode(sample(guided(predict, base.text, captions), noise)).cpu()
        scores = edge_fidelity(canny(images(scenes)), canny((drawn + 1) / 2))
        found[f"f1 {TYPES[number].split('/')[0]}"] = round(sum(score.f1 for score in scores) / EVALUATED, 4)
        rows += [hint.cpu() * 2 - 1, drawn]
    save_picture(folder / f"union_{run.step:06}.png", rows)
    return found


def _start() -> dict[str, Tensor]:
    return {key: value.float() for key, value in load_file(WEIGHTS / "controls" / START).items()}
