"""How well held-out scenes are drawn again from their maps."""

from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

import torch
from torch import Tensor

from ...control.unit import Manner
from ...control.weights import LayerWeights
from ...fidelity.edges import edge_fidelity
from ...host.sampling import ComfyControl
from ...practice import maps
from ...practice.world import HELD_OUT_SEEDS, scene
from ...preprocessors.edges.canny import canny
from .depth_reader import DepthReader
from .frechet import features, frechet_distance
from .lessons import MAPS, SIDE, School

STEPS, SEED = 10, 7
REFERENCES, BEHIND = 256, 1_000_000  # scenes that the pictures' features are compared with, behind the held-out ones

Scores = dict[str, float]


@dataclass(frozen=True, eq=False)
class Judge:
    """Measures of pictures drawn under control: `f1` of their edges against the scene's, `depth_mse` of the depth that
    is read from them against the scene's, `frechet` distance to other scenes of the world."""

    school: School
    reader: DepthReader

    def drawn(
        self,
        control: ComfyControl,
        hint: str,
        *,
        prompts: bool = True,
        strength: float = 1.0,
        weights: LayerWeights | None = None,
    ) -> Tensor:
        """The held-out scenes (B, 3, H, W) in [0, 1], drawn from their maps and their captions or empty prompts."""
        asked, manner = self.school.asked, Manner(weights=weights)
        captions = [one.caption if prompts else "" for one in asked]
        with torch.inference_mode():
            found = self.school.practice.draw(MAPS[hint](asked), captions, strength, SEED, control, STEPS, manner)
        return found.clamp(0, 1).clone()

    def scores(self, images: Tensor) -> Scores:
        scenes = self.school.asked
        agreed = edge_fidelity(self._edges, canny(images))
        error = (self.reader(images) - maps.depth(scenes)[:, :1]).square().mean()
        distance = frechet_distance(features(self.school.practice.vae, images), self._references)
        return {"f1": fmean(one.f1 for one in agreed), "depth_mse": float(error), "frechet": distance}

    @cached_property
    def _edges(self) -> Tensor:
        return canny(maps.images(self.school.asked))

    @cached_property
    def _references(self) -> Tensor:
        others = [scene(HELD_OUT_SEEDS + BEHIND + n, SIDE) for n in range(REFERENCES)]
        return features(self.school.practice.vae, maps.images(others))
