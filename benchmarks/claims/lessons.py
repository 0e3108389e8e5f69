"""The practice world as lessons: scenes with their latents, prompts and maps, made once for all networks."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ...control.training.objective import Example, Prompt
from ...host.binding import BaseWeights
from ...host.creating import hosted
from ...host.teaching import ComfyBase, examples
from ...host.training import trainable
from ...practice import maps
from ...practice.world import HELD_OUT_SEEDS, Scene, scene
from ...preprocessors.edges.canny import canny
from ..practice_fidelity import Practice
from .contenders import ADAPTER, CONTENDERS

SIDE = 64  # pixels: the base draws at half of the size that it learned at, and a step takes a third of the time
MAPS = {"canny": lambda scenes: canny(maps.images(scenes)), "depth": maps.depth}


@dataclass(frozen=True, eq=False)
class School:
    """`count` scenes to learn from, and `held_out` others to be drawn again."""

    practice: Practice
    count: int
    held_out: int

    @cached_property
    def unet(self) -> dict[str, Tensor]:
        return {key: weight.cpu().clone() for key, weight in BaseWeights(self.practice.model).items()}

    @cached_property
    def base(self) -> ComfyBase:
        """It serves every network: they are all for the practice model."""
        return ComfyBase(self.practice.model, self._any, torch.float32)

    @cached_property
    def empty(self) -> Prompt:
        (prompt,) = self.base.prompts(self.practice.encoded(""), (SIDE // 8, SIDE // 8))
        return prompt

    @cached_property
    def asked(self) -> list[Scene]:
        """The held-out scenes."""
        return [scene(HELD_OUT_SEEDS + n, SIDE) for n in range(self.held_out)]

    def examples(self, hint: str) -> list[list[Example]]:
        hints, captions = MAPS[hint](self._scenes), [self.practice.encoded(one.caption) for one in self._scenes]
        return examples(self.base, self._any, [{"samples": self._latents}], [hints.movedim(1, -1)], captions)

    @cached_property
    def _any(self):
        """They all take hints alike."""
        return trainable(hosted(CONTENDERS[ADAPTER].checkpoint(self.unet)))

    @cached_property
    def _scenes(self) -> list[Scene]:
        return [scene(n, SIDE) for n in range(self.count)]

    @cached_property
    def _latents(self) -> Tensor:
        return self.practice.vae.encode(maps.images(self._scenes).movedim(1, -1)).clone()
