"""How strongly each place of a network acts, relative to the others.

The named lists are those of the programs that people know: Mikubill/sd-webui-controlnet (and Forge), Kosinkadink/
ComfyUI-Advanced-ControlNet and huggingface/diffusers. They differ, so each has its own name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import torch
from torch import Tensor

from ..errors import InvalidValue
from .mask import Mask, effect_mask
from .residuals import Block

SOFT_BASE = 0.825  # ControlNet's guess mode, lllyasviel/ControlNet, gradio_canny2image.py
SD_DEPTH = 12  # encoder blocks of Stable Diffusion 1.x, from which SDXL's list is cut too

FLUX_DOUBLE_BLOCKS = 19


class Places(NamedTuple):
    """Where a network acts, in the order of execution; `depth` is the number of the UNet's encoder blocks.

    `sparse`: it acts once a level, as a T2I-Adapter does.
    """

    blocks: tuple[Block, ...]
    depth: int
    sparse: bool = False

    def level(self, block: Block) -> int:
        """How deep a block lies: 0 is the first of the encoder and the last of the decoder, `depth` the middle."""
        kind, number = block
        return {"middle": self.depth, "output": self.depth - 1 - number}.get(kind, number)

    @property
    def arrangement(self) -> str:
        """Every one of them in its order, as text: "skip 0..8, middle"; "input 2 5 8 11"."""
        runs: list[tuple[str, list[list[int]]]] = []
        for kind, number in self.blocks:
            if not runs or runs[-1][0] != kind:
                runs.append((kind, []))
            numbers = runs[-1][1]
            if numbers and abs(number - numbers[-1][-1]) == 1:
                numbers[-1].append(number)
            else:
                numbers.append([number])
        return ", ".join(kind if kind == "middle" else f"{kind} {_spelled(numbers)}" for kind, numbers in runs)

    def words(self) -> str:
        """Their number and order, for people: "10 (skip 0..8, middle)"."""
        return f"{len(self.blocks)} ({self.arrangement})"


def _spelled(runs: list[list[int]]) -> str:
    return " ".join(f"{run[0]}..{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


Rule = Callable[[Places, float], list[float]]
"""(places, base multiplier) -> a weight for each."""


@dataclass(frozen=True)
class LayerWeights:
    """A named rule, or values in the order of the places; with `values`, `preset` and `base` play no part.

    `middle` multiplies the middle block's weight, `uncond` the control of the negative prompt. `base_mask`: each place
    of the image has this base of the scaled soft weights, on top of the rest. `adapts`: values are one of the lists of
    Advanced-ControlNet, which applies it to networks of other sizes too. `arrangement`: that of the only places that
    the values are for.
    """

    preset: str = "flat"
    base: float = SOFT_BASE
    values: tuple[float, ...] = ()
    middle: float = 1.0
    uncond: float = 1.0
    base_mask: Mask | None = None
    adapts: bool = False
    arrangement: str = ""

    @property
    def is_published(self) -> bool:
        """Whether it is a list that was published for UNets, and means nothing elsewhere."""
        return not self.values and self.preset in PUBLISHED

    def of(self, places: Places) -> Mapping[Block, float]:
        """
        Raises:
            InvalidValue: the number of values is not that of the places, or they are for others.
        """
        if self.arrangement not in ("", places.arrangement):
            raise InvalidValue(
                f"These block weights are for {self.arrangement}, but this control model takes {places.words()}. "
                "Choose its layout in Block Bars."
            )
        values = _adapted(self.values, places) if self.adapts else self.values
        found = values or PRESETS[self.preset](places, self.base)
        if len(found) != len(places.blocks):
            raise InvalidValue(
                f"There are {len(found)} block weights, but this control model takes {places.words()}. "
                "Give as many, or choose a preset, which adapts."
            )
        return {
            block: weight * self.middle if block[0] == "middle" else weight
            for block, weight in zip(places.blocks, found)
        }

    def exponents(self, places: Places) -> Mapping[Block, int]:
        """What `base_mask` is raised to at each place; nothing without one."""
        return {} if self.base_mask is None else dict(zip(places.blocks, _distances(places)))


def masked_soft(mask: Tensor, lowest: float, highest: float, uncond: float = 1.0) -> LayerWeights:
    """Scaled soft weights of Advanced-ControlNet whose base is a MASK (B, H, W), brought to lie between two values."""
    dark, bright = mask.min(), mask.max()
    share = (mask - dark) / (bright - dark) if bright > dark else torch.ones_like(mask)
    return LayerWeights(uncond=uncond, base_mask=effect_mask(lowest + share * (highest - lowest)))


def parse(text: str) -> tuple[float, ...]:
    """Numbers between commas, spaces or lines: "1, .8, 0.6".

    Raises:
        InvalidValue: something there is not a number.
    """
    found = []
    for word in text.replace(",", " ").replace(";", " ").split():
        try:
            found.append(float(word))
        except ValueError:
            found.append(float("nan"))
        if not isfinite(found[-1]):
            raise InvalidValue(f"{word!r} in the block weights is not a number. Write them like this: 1, .8, 0.6")
    return tuple(found)


def _powers(levels_from_full: list[int], base: float) -> list[float]:
    return [base**n for n in levels_from_full]


def _soft(places: Places, base: float) -> list[float]:
    """sd-webui-controlnet: SDXL's list is the beginning of Stable Diffusion 1.x's, its middle block's included."""
    if places.sparse:
        return [0.25, 0.62, 0.825, 1.0]
    return _powers([SD_DEPTH - places.level(block) for block in places.blocks], base)


def _distances(places: Places) -> list[int]:
    """From the middle block, as Advanced-ControlNet's scaled soft weights count, whatever the depth."""
    if places.sparse:
        return [7, 2, 1, 0] if places.depth == SD_DEPTH else [2, 1, 0, 0]
    return [places.depth - places.level(block) for block in places.blocks]


def _universal(places: Places, base: float) -> list[float]:
    """Advanced-ControlNet's scaled soft weights."""
    return _powers(_distances(places), base)


def _node(places: Places, base: float) -> list[float]:
    """Advanced-ControlNet's node for Stable Diffusion 1.5, which users put on SDXL too."""
    if places.sparse:
        return [0.25, 0.62, 0.825, 1.0] if places.depth == SD_DEPTH else [0.62, 0.825, 1.0, 1.0]
    levels = [places.level(block) for block in places.blocks]
    return _powers([0 if level == places.depth else SD_DEPTH - level for level in levels], base)


def _logspace(places: Places, base: float) -> list[float]:
    """diffusers' guess mode: ten powers of ten's root from a tenth up to one."""
    return [10 ** (places.level(block) / places.depth - 1) for block in places.blocks]


def _adapted(values: tuple[float, ...], places: Places) -> tuple[float, ...]:
    """A list of 13 (Stable Diffusion 1.5's), 4 (an adapter's) or 19 (Flux's) for a network of that kind.

    The first 12 of 13 are the encoder's, and those without a block there are left out; the middle block's is the last.
    Of an SDXL adapter's four places the deepest has weight 1 and the others the last three. A Flux list runs from the
    deepest double block to the first, and leaves the single blocks at 1.
    """
    kinds = {kind for kind, _ in places.blocks}
    if len(values) == SD_DEPTH + 1 and "skip" in kinds:
        return tuple(values[-1 if block[0] == "middle" else places.level(block)] for block in places.blocks)
    if len(values) == 4 and places.sparse:
        return values if places.depth == SD_DEPTH else (*values[1:], 1.0)
    if len(values) == FLUX_DOUBLE_BLOCKS and "input" in kinds and not places.sparse:
        return tuple(values[-1 - number] if kind == "input" else 1.0 for kind, number in places.blocks)
    raise InvalidValue(
        f"A list of {len(values)} block weights of Advanced-ControlNet is for another kind of control model than this "
        f"one, which acts in {places.words()}. It has lists of 13 for ControlNets, 4 for T2I-Adapters, 19 for Flux."
    )


def _share(places: Places) -> list[float]:
    """0 at the shallowest place, 1 at the middle block."""
    return [places.level(block) / places.depth for block in places.blocks]


PUBLISHED: Mapping[str, Rule] = {
    "soft": _soft,
    "soft (Advanced-ControlNet, scaled)": _universal,
    "soft (Advanced-ControlNet, SD 1.5 node)": _node,
    "soft (diffusers guess mode)": _logspace,
}
PRESETS: Mapping[str, Rule] = {
    "flat": lambda places, base: [1.0] * len(places.blocks),
    **PUBLISHED,
    "composition": lambda places, base: _share(places),
    "detail": lambda places, base: [1.0 - share for share in _share(places)],
    "early": lambda places, base: [1.0 if share < 0.5 else 0.0 for share in _share(places)],
    "late": lambda places, base: [0.0 if share < 0.5 else 1.0 for share in _share(places)],
    "only middle": lambda places, base: [float(kind == "middle") for kind, _ in places.blocks],
}
