"""What each block of a control is worth: its effect on the result, as ControlNet-XS's paper studies it.

arXiv:2312.06573. A result is made with the control and without it, and once more for each block: the others as they are
and this one off, or this one alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from torch import Tensor

from ..errors import InvalidValue
from .residuals import Block
from .weights import LayerWeights, Places

Question = Literal["without it", "with it alone"]
Effects = dict[Block, float]


def trials(weights: LayerWeights, places: Places, question: Question) -> dict[Block, LayerWeights]:
    """The weights of the run for each block that has any; where its weight is 0, the answer is known: no effect."""
    given = weights.of(places)

    def acting(block: Block) -> tuple[float, ...]:
        alone = question == "with it alone"
        return tuple(weight if (one == block) is alone else 0.0 for one, weight in given.items())

    return {block: fixed(weights, acting(block)) for block in places.blocks if given[block] != 0.0}


def fixed(weights: LayerWeights, values: tuple[float, ...]) -> LayerWeights:
    """The same in all but the values, which are now those of the places one by one."""
    return replace(weights, values=values, middle=1.0, adapts=False)


def distance(one: Tensor, other: Tensor) -> float:
    """Root of the mean square of the difference."""
    return float((one.float() - other.float()).square().mean().sqrt())


def effects(
    places: Places, whole: Tensor, none: Tensor, results: Mapping[Block, Tensor], question: Question
) -> Effects:
    """How far each result is from the whole control's, or with a block alone from that without any; 1 is as far as
    these two are from each other.

    Raises:
        InvalidValue: they are the same.
    """
    full, start = distance(whole, none), none if question == "with it alone" else whole
    if full == 0.0:
        raise InvalidValue(
            "The control changes nothing here, so no block can. Is its strength 0, or its range outside of the steps?"
        )
    return {block: distance(results[block], start) / full if block in results else 0.0 for block in places.blocks}


def as_values(found: Effects, lowest: float = 0.0) -> tuple[float, ...]:
    """Weights in the order of the places, 1 where the effect is largest; 0 where it is less than this share of that."""
    most = max(found.values())
    shares = (effect / most if most else 0.0 for effect in found.values())
    return tuple(share if share >= lowest else 0.0 for share in shares)


def name(block: Block) -> str:
    """For people: "skip 3", "middle"."""
    kind, number = block
    return kind if kind == "middle" else f"{kind} {number}"
