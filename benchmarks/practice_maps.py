"""From a picture to its map, to the map's control, to an image: how far the image keeps to each type of map.

Edges: F1 of the image's Canny edges against the picture's. Map: for edges and scribbles, F1 of the map made of the
image; for depth and segments, which no image tells, the share of its colours' variance that lies between their regions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from comfy.controlnet import ControlBase
from torch import Tensor

from ..fidelity.edges import edge_fidelity
from ..fidelity.regions import region_fidelity
from ..host.practice import load_photo
from ..host.union import Row, united
from ..practice.maps import depth, images, scribbles, segments
from ..practice.world import HELD_OUT_SEEDS, Scene, scene
from ..preprocessors.edges.canny import canny
from ..preprocessors.sketch.xdog import xdog
from .practice_fidelity import BATCH, PHOTO_PROMPT, Practice
from .report import Case, options, show

UNION = "practice_union.safetensors"
SCRIBBLE, CANNY = "hed/pidi/scribble/ted", "canny/lineart/anime_lineart/mlsd"

Again = Callable[[Tensor, Tensor], list[float]]
"""(hint, image) -> how far the image keeps to it."""


def found_again(make: Callable[[Tensor], Tensor]) -> Again:
    return lambda hint, image: [score.f1 for score in edge_fidelity(hint, make(image))]


@dataclass(frozen=True)
class Map:
    type: str
    of_scenes: Callable[[list[Scene]], Tensor]
    again: Again


MAPS = {
    "Canny": Map(CANNY, lambda scenes: canny(images(scenes)), found_again(canny)),
    "scribble": Map(SCRIBBLE, lambda scenes: scribbles(images(scenes)), found_again(scribbles)),
    "depth": Map("depth", depth, region_fidelity),
    "segments": Map("segment", segments, region_fidelity),
}
OF_PHOTOS = {"Canny": (CANNY, canny), "scribble": (SCRIBBLE, scribbles), "XDoG": (SCRIBBLE, xdog)}


def control(practice: Practice, types: list[str], hints: list[Tensor]) -> ControlBase:
    """The Union for these types, with all hints but the first."""
    rows = [Row(hint.movedim(1, -1), type_, 1.0) for type_, hint in zip(types, hints)]
    return united(practice.controls[UNION], rows, "core")[0]


def case(name: str, edges: list[float], again: list[float]) -> Case:
    return {"name": name, "edges": sum(edges) / len(edges), "map": sum(again) / len(again)}


@dataclass(frozen=True)
class Batch:
    """Held-out scenes, the seed of what is drawn of them, and that without control (B, 3, H, W)."""

    scenes: list[Scene]
    seed: int
    free: Tensor

    def drawn(self, practice: Practice, names: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """The first of these maps, and the image under the control of all."""
        hints = [MAPS[name].of_scenes(self.scenes) for name in names]
        union = control(practice, [MAPS[name].type for name in names], hints)
        return hints[0], practice.draw(hints[0], captions(self.scenes), 1.0, self.seed, union)


def captions(scenes: list[Scene]) -> list[str]:
    return [s.caption for s in scenes]


def batches(practice: Practice, count: int) -> list[Batch]:
    found = []
    for start in range(0, count, BATCH):
        scenes = [scene(HELD_OUT_SEEDS + i) for i in range(start, min(start + BATCH, count))]
        found.append(Batch(scenes, start, practice.draw(images(scenes), captions(scenes), 0.0, start)))
    return found


def on_scenes(practice: Practice, among: list[Batch], *names: str) -> list[Case]:
    """Under the control of these maps together; without control; and the scenes themselves."""
    edges, again = {}, {}
    for batch in among:
        hint, controlled = batch.drawn(practice, names)
        pictures = images(batch.scenes)
        shown = {"": controlled, ", without control": batch.free, ", the scenes themselves": pictures}
        for title, image in shown.items():
            edges.setdefault(title, []).extend(found_again(canny)(canny(pictures), image))
            again.setdefault(title, []).extend(MAPS[names[0]].again(hint, image))
    what = f"{len(edges[''])} held-out scenes, {' and '.join(names)}"
    return [case(f"{what}{title}", edges[title], again[title]) for title in edges]


def on_photo(practice: Practice, name: str, seeds: int) -> list[Case]:
    photo, (type_, make) = load_photo().movedim(-1, 1), OF_PHOTOS[name]
    hint, cases = make(photo), []
    union = control(practice, [type_], [hint])
    for title, strength in (("", 1.0), (", without control", 0.0)):
        drawn = [practice.draw(hint, [PHOTO_PROMPT], strength, seed, union) for seed in range(seeds)]
        edges, again = ([f for image in drawn for f in found_again(m)(m(photo), image)] for m in (canny, make))
        cases.append(case(f"the bundled photo, {name}, {seeds} seeds{title}", edges, again))
    return cases


def main() -> None:
    chosen = options(__doc__)
    with torch.inference_mode():
        practice, count, seeds = Practice(), *((16, 2) if chosen.quick else (64, 8))
        among = batches(practice, count)
        cases = [one for name in MAPS for one in on_scenes(practice, among, name)]
        cases += on_scenes(practice, among, "depth", "scribble")[:1]
        cases += [one for name in OF_PHOTOS for one in on_photo(practice, name, seeds)]
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
