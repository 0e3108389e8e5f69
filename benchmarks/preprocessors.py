"""What does a control map cost? Ours, and comfyui_controlnet_aux's nodes in the same run; sixteen photographs.

The difference is the mean over the pixels, in levels of 255; docs/compatibility.md says where it comes from.
Those that ask a network, which cost a thousand times as much and memory besides, are in benchmarks.learned.
"""

import math
import sys
import time
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import torch
from torch import Tensor

from .. import discovery, preprocessors
from ..host.preprocessing import preprocess
from ..preprocessors.declare import SOCKETS, Mask, Preprocessor, Replaced
from ..preprocessors.running import Working
from . import peer_methods
from .annotator_weights import asked, names
from .peer_methods import Maker
from .photographs import photographs
from .report import Case, options, show

SIDE = 512


def peers(folder: Path) -> dict[str, Any]:
    """The node classes of a pack, imported as ComfyUI does it."""
    name = "comfyui_controlnet_aux"
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    sys.modules[name] = pack = module_from_spec(spec)
    spec.loader.exec_module(pack)
    return pack.NODE_CLASS_MAPPINGS


def linked(preprocessor: Preprocessor) -> dict[str, Tensor]:
    """A mask for each mask that it needs."""
    disc = torch.linspace(-1, 1, SIDE).square()
    mask = ((disc[:, None] + disc) < 0.3).float()[None]
    return {option.name: mask for option in preprocessor.options if option.type is Mask and option.required}


def runs_alone(preprocessor: Preprocessor) -> bool:
    """Whether it asks nothing of another node but masks, and no network."""
    required = [option for option in preprocessor.options if option.required and option.type in SOCKETS]
    return preprocessor.needs_image and all(o.type is Mask for o in required) and not asked(preprocessor)


def ours(preprocessor: Preprocessor, values: dict[str, Any]) -> Maker:
    defaults = {option.name: option.default for option in preprocessor.options if not option.required}
    given = defaults | linked(preprocessor) | names(preprocessor) | values
    return lambda image: preprocess(preprocessor, image, given, Working(SIDE, keep=True))[0]


def theirs(node: Any, given: dict[str, Any]) -> Maker:
    run = partial(getattr(node(), node.FUNCTION), **given)
    return lambda image: run(image=image)[0]


def against(preprocessor: Preprocessor, replaced: Replaced, node: Any, side: int = SIDE) -> tuple[Maker, Maker]:
    """Both with the values that the other node starts with, and the same files."""
    inputs = node.INPUT_TYPES()
    widgets = inputs["required"] | inputs.get("optional", {})
    values = {widget: widgets[widget][1]["default"] for widget in replaced.widgets}
    values |= {"resolution": side, "seed": 1}  # their seed 0 is none
    files = names(preprocessor)
    values |= {widget: files[own] for widget, own in replaced.widgets.items() if own in files}
    values = {name: value for name, value in values.items() if name in widgets}
    carried = {own: values[name] for name, own in replaced.widgets.items() if own and own != "resolution"}
    links = {name: linked(preprocessor)[own] for name, own in replaced.sockets.items() if own != "image"}
    return ours(preprocessor, carried | replaced.fixed), theirs(node, values | links)


def spent(make: Maker, image: Tensor) -> tuple[float, Tensor]:
    """Seconds, of the processor so that other jobs do not count, and the map."""
    begun = time.process_time()
    made = make(image)
    return time.process_time() - begun, made


def measure(name: str, makers: tuple[Maker, ...], images: list[Tensor], rounds: int) -> Case:
    """The median over the images of the least time of several rounds; ours and theirs take turns at going first."""
    least = torch.full((len(images), 2), math.inf, dtype=torch.float64)
    differences = []
    for index, image in enumerate(images):
        made = {}
        for turn in range(rounds):
            for which in sorted(range(len(makers)), reverse=turn % 2 == 1):
                seconds, made[which] = spent(makers[which], image)
                least[index, which] = min(least[index, which], seconds)
        if len(made) == 2 and made[0].shape == made[1].shape:
            differences.append(float((made[0] - made[1]).abs().mean()) * 255)
    seconds, peer_seconds = least[:, 0], least[:, 1]
    known = len(makers) == 2
    return {
        "name": name,
        "seconds": float(seconds.median()),
        "peer_seconds": float(peer_seconds.median()) if known else "",
        "faster": float((peer_seconds / seconds).median()) if known else "",
        "difference": median(differences) if differences else "",
    }


def main() -> None:
    chosen = options(__doc__, threads=1, peer="where comfyui_controlnet_aux is, to run its nodes as well")
    cv2.setNumThreads(chosen.threads)
    nodes = peers(chosen.peer) if chosen.peer else {}
    images, rounds, cases = photographs(SIDE)[:: 4 if chosen.quick else 1], 3 if chosen.quick else 5, []
    for one in filter(runs_alone, discovery.declared(preprocessors, Preprocessor).values()):
        makers = [(f"{one.title} ({r.id})", against(one, r, nodes[r.id])) for r in one.replaces if r.id in nodes]
        makers = makers or [(one.title, (ours(one, {}),))]
        cases += [measure(title, made, images, rounds) for title, made in makers]
    special = peer_methods.pairs(nodes, SIDE) if nodes else ()
    cases += [measure(title, tuple(made), images, rounds) for title, *made in special]
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
