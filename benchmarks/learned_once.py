"""Run one learned preprocessor a few times, for benchmarks.learned: prints seconds an image, loads and memory as JSON.

One contender is run alone, two in turns.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import comfy.utils
import cv2
import folder_paths
import torch
from comfy import model_management
from comfy.utils import load_torch_file
from torch import Tensor

from .. import discovery, preprocessors
from ..host.annotators import FOLDER
from ..host.preprocessing import preprocess
from ..preprocessors.declare import Preprocessor
from ..preprocessors.running import Working
from .annotator_weights import names
from .learned_peers import aux, pipeline
from .loading_once import peak
from .photographs import photographs
from .preprocessors import spent
from .stopwatch import interleaved

Make = Callable[[Tensor], Any]


def ours(one: Preprocessor, side: int) -> Make:
    return lambda image: preprocess(one, image, names(one), Working(side, keep=True))[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id")
    parser.add_argument("side", type=int, help="of the photographs")
    parser.add_argument("rounds", type=int, help="of the two in turns")
    parser.add_argument("folder", type=Path, help="of weights")
    parser.add_argument("threads", type=int)
    parser.add_argument("who", nargs="+", choices=["ours", "aux", "pipeline"])
    parser.add_argument("--peer", type=Path, help="the folder of comfyui_controlnet_aux")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    cv2.setNumThreads(chosen.threads)
    torch.set_flush_denormal(True)
    folder_paths.add_model_folder_path(FOLDER, str(chosen.folder))
    one = discovery.declared(preprocessors, Preprocessor)[chosen.id]
    made = {
        "ours": lambda: ours(one, chosen.side),
        "aux": lambda: aux(one, chosen.peer, chosen.folder, chosen.side),
        "pipeline": lambda: pipeline(one),
    }
    makers = [made[who]() for who in chosen.who]
    image = torch.cat(photographs(chosen.side)[:4])
    with torch.inference_mode():
        print(json.dumps(alone(*makers, image) if len(makers) == 1 else in_turns(makers, image[:1], chosen.rounds)))


def alone(make: Make, image: Tensor) -> dict[str, float]:
    """One of the images twice, then all."""
    before = peak()
    first, _ = spent(make, image[:1])
    with patch.object(comfy.utils, "load_torch_file", wraps=load_torch_file) as load:
        again, _ = spent(make, image[:1])
        of_one = peak() - before
        of_four, _ = spent(make, image)
    used = peak() - before
    model_management.unload_all_models()
    return {
        "first_seconds": first,
        "seconds": again,
        "seconds_of_four": of_four / len(image),
        "peak_mb": of_one,
        "peak_mb_of_four": used,
        "loads_again": load.call_count,
        "left_after_unloading": len(model_management.current_loaded_models),
    }


def in_turns(makers: list[Make], image: Tensor, rounds: int) -> dict[str, Any]:
    """Each one's seconds, and how far two maps are apart on average, in levels of 255."""
    taken = interleaved({index: partial(spent, make, image) for index, make in enumerate(makers)}, rounds)
    one, other = (turns[-1][1] for turns in taken.values())
    comparable = isinstance(other, Tensor) and one.shape == other.shape
    return {
        "seconds": [[seconds for seconds, _ in turns] for turns in taken.values()],
        "difference": float((one - other).abs().mean()) * 255 if comparable else "",
    }


if __name__ == "__main__":
    main()
