"""How a measure of fidelity declares itself: as with a preprocessor, the function's signature is the schema."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NewType

from ..preprocessors.declare import Image, Output, Preprocessor

Numbers = NewType("Numbers", list)  # one dict a frame: a measure's numbers by name

OUTPUTS = (Output(Image, "Hits and misses, one picture for each image."), Output(Numbers, "Numbers of each image."))


@dataclass(frozen=True)
class Measure:
    """A function that tells how well an image obeys its control map, and what people should know of it.

    `run(image, *, hint, options)` takes one frame (1, 3, H, W) and returns a picture (1, 3, H, W) in [0, 1] and a list
    of the one dict of its `numbers`. Its options are declared as a preprocessor's; where the condition can be found
    again without a network, `found` is optional. `numbers` says what each is; the first is the one that sums up.
    """

    id: str
    title: str
    run: Callable[..., tuple[Any, list[dict[str, float]]]]
    numbers: dict[str, str]

    @cached_property
    def scoring(self) -> Preprocessor:
        """The function with its options and outputs, to be run as preprocessors are."""
        return Preprocessor(self.id, self.title, self.run, outputs=OUTPUTS)
