"""Where the published kinds of control models act, by the names that people know them by."""

from collections.abc import Mapping

from .architectures.t2i_adapter import SD_ENTERS, SDXL_ENTERS
from .residuals import Block
from .weights import PRESETS, SD_DEPTH, SOFT_BASE, Places

SDXL_DEPTH = 9
MIDDLE: tuple[Block, ...] = (("middle", 0),)


def _controlnet(depth: int) -> Places:
    return Places((*_row("skip", range(depth)), *MIDDLE), depth)


def _xs(depth: int, encoder: bool) -> Places:
    """Types B and C of ControlNet-XS act in the encoder too."""
    before = _row("input", range(depth)) if encoder else ()
    return Places((*before, *MIDDLE, *_row("skip", reversed(range(depth)))), depth)


def _row(kind: str, numbers) -> tuple[Block, ...]:
    return tuple((kind, n) for n in numbers)


KNOWN_PLACES: Mapping[str, Places] = {
    "ControlNet, SD 1.5 and 2": _controlnet(SD_DEPTH),
    "ControlNet, SDXL": _controlnet(SDXL_DEPTH),
    "T2I-Adapter, SD 1.5": Places(SD_ENTERS, SD_DEPTH, sparse=True),
    "T2I-Adapter, SDXL": Places(SDXL_ENTERS, SDXL_DEPTH, sparse=True),
    "ControlNet-XS, SD": _xs(SD_DEPTH, encoder=True),
    "ControlNet-XS, SDXL": _xs(SDXL_DEPTH, encoder=True),
    "ControlNet-XS type A, SD": _xs(SD_DEPTH, encoder=False),
    "ControlNet-XS type A, SDXL": _xs(SDXL_DEPTH, encoder=False),
    "ControlNet-LLLite, SD 1.5": Places(
        (*_row("input", (1, 2, 4, 5, 7, 8)), *MIDDLE, *_row("output", range(3, 12))), SD_DEPTH
    ),
    "ControlNet-LLLite, SDXL": Places((*_row("input", (4, 5, 7, 8)), *MIDDLE), SDXL_DEPTH),
}


def layouts(places: Mapping[str, Places] = KNOWN_PLACES) -> list[dict]:
    """What an editor of block weights has to know of each: its title, its arrangement, and every preset's weights."""
    return [
        {
            "title": title,
            "arch": found.arrangement,
            "presets": {
                name: [round(weight, 4) for weight in rule(found, SOFT_BASE)] for name, rule in PRESETS.items()
            },
        }
        for title, found in places.items()
    ]
