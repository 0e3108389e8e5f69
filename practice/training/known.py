"""What is seen where in the training pictures that were drawn: found once and kept beside them."""

import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import torch

from ..world import Scene
from .examples import Examples, example


class Known:
    """The scenes among `examples`: `drawn` are their numbers there."""

    def __init__(self, examples: Examples):
        self.examples, count, side = examples, len(examples), examples.side
        stem = examples.folder / f"known_{side}_{count}"
        layers, shapes = stem.with_suffix(".npy"), stem.with_suffix(".json")
        if not shapes.exists():
            found, named = np.lib.format.open_memmap(layers, "w+", np.uint8, (count, side, side)), []
            with ProcessPoolExecutor(2) as pool:
                for i, scene in enumerate(pool.map(partial(example, side=side), range(count), chunksize=64)):
                    found[i] = 0 if scene.layers is None else scene.layers
                    named.append(scene.shapes)
            found.flush()
            shapes.write_text(json.dumps(named))
        self.layers = np.load(layers, mmap_mode="r")
        self.shapes: list[list[str]] = json.loads(shapes.read_text())
        self.drawn = [i for i, names in enumerate(self.shapes) if names]

    def pick(self, count: int, generator: torch.Generator) -> list[int]:
        places = torch.randint(len(self.drawn), (count,), generator=generator).tolist()
        return [self.drawn[place] for place in places]

    def scenes(self, indices: list[int]) -> list[Scene]:
        """Pictures by their numbers; of photographs nothing is known."""
        examples = self.examples
        return [Scene(examples.images[i], examples.captions[i], self.layers[i], tuple(self.shapes[i])) for i in indices]
