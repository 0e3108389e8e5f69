"""What does it cost to read people from OpenPose's maps? Ours, and comfyui_controlnet_aux's Body with the same maps.

The maps are of one, three and six known people in images of two sizes; both give the same candidates and people,
which is checked. Without the peer's folder only ours is measured.
"""

import importlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from types import ModuleType

import cv2
import numpy as np
import torch

from ..preprocessors.pose_estimation.openpose import found_bodies
from . import crowd
from .report import Case, options, show
from .stand_ins import stand_in
from .stopwatch import Stopwatch, interleaved

CPU = torch.device("cpu")
SIZES = ((512, 512), (768, 512))
PEER = Path("src") / "custom_controlnet_aux" / "open_pose"


class Known(torch.nn.Module):
    """A network that gives these maps at once, so that only the reading of them is timed."""

    def __init__(self, fields: np.ndarray, points: np.ndarray):
        super().__init__()
        self.maps = torch.from_numpy(fields)[None], torch.from_numpy(points)[None]

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.maps


def peer_body(folder: Path) -> type:
    """The peer's Body, without the rest of the pack."""
    stand_in()
    package = ModuleType("peer_open_pose")
    package.__path__ = [str(folder / PEER)]
    sys.modules[package.__name__] = package
    importlib.import_module(f"{package.__name__}.util")  # first: the two import each other
    return importlib.import_module(f"{package.__name__}.body").Body


def theirs(body: type, network: Known, frame: np.ndarray) -> np.ndarray:
    one = body.__new__(body)
    one.model, one.device = network, "cpu"
    candidates, people = one(np.ascontiguousarray(frame[..., ::-1]))
    return np.array([[candidates[int(i), :2] if i >= 0 else (0, 0) for i in person[:18]] for person in people])


def ours(network: Known, frame: np.ndarray) -> np.ndarray:
    return np.array(found_bodies(frame, network, CPU))[..., :2]


def seconds(make: Callable[[], np.ndarray], expected: np.ndarray) -> float:
    with Stopwatch(CPU) as watch:
        found = make()
    if not np.array_equal(found, expected):
        raise SystemExit("The two do not find the same people.")
    return watch.seconds


def measure(size: tuple[int, int], count: int, body: type | None, rounds: int) -> Case:
    network = Known(*crowd.maps(crowd.crowd(count, *size), *size))
    frame = np.zeros((*size, 3), np.uint8)
    makers = {"ours": partial(ours, network, frame)}
    if body:
        makers["theirs"] = partial(theirs, body, network, frame)
    expected = makers["ours"]()
    taken = interleaved({name: partial(seconds, make, expected) for name, make in makers.items()}, rounds)
    own, peer = median(taken["ours"]), median(taken["theirs"]) if body else ""
    name = f"{size[1]} x {size[0]}, {count} people"
    return {
        "name": name,
        "people": len(expected),
        "seconds": own,
        "peer_seconds": peer,
        "faster": peer / own if peer else "",
    }


def main() -> None:
    chosen = options(__doc__, threads=1, peer="where comfyui_controlnet_aux is, to run its Body as well")
    cv2.setNumThreads(chosen.threads)
    body = peer_body(chosen.peer) if chosen.peer else None
    sizes = SIZES[:1] if chosen.quick else SIZES
    cases = [measure(size, count, body, 3 if chosen.quick else 9) for size in sizes for count in (1, 3, 6)]
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
