"""Run one learned preprocessor a few times, for benchmarks.learned: prints seconds an image, loads and memory.

The first run is of one image whatever the batch.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
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
from .annotator_weights import networks
from .learned_peers import aux, pipeline
from .loading_once import peak
from .photographs import photographs

SIDE = 512
AGAIN = 2  # runs of one image after the first; several run once after it


def ours(one: Preprocessor) -> Callable[[Tensor], Tensor]:
    return lambda image: preprocess(one, image, networks(one), Working(SIDE, keep=True))[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who", choices=["ours", "aux", "pipeline"])
    parser.add_argument("id")
    parser.add_argument("batch", type=int)
    parser.add_argument("folder", type=Path, help="of weights")
    parser.add_argument("threads", type=int)
    parser.add_argument("--peer", type=Path, help="the folder of comfyui_controlnet_aux")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    cv2.setNumThreads(chosen.threads)
    torch.set_flush_denormal(True)
    folder_paths.add_model_folder_path(FOLDER, str(chosen.folder))
    one = discovery.declared(preprocessors, Preprocessor)[chosen.id]
    make = {
        "ours": lambda: ours(one),
        "aux": lambda: aux(one, chosen.peer, chosen.folder, SIDE),
        "pipeline": lambda: pipeline(one),
    }[chosen.who]()
    print(json.dumps(measure(make, torch.cat(photographs(SIDE)[: chosen.batch]))))


def measure(make: Callable[[Tensor], Tensor], image: Tensor) -> dict[str, float]:
    before, seconds, loads = peak(), [], []
    for given in (image[:1], *[image] * (AGAIN if len(image) == 1 else 1)):
        begun = time.process_time()
        with torch.inference_mode(), patch.object(comfy.utils, "load_torch_file", wraps=load_torch_file) as load:
            make(given)
        seconds.append((time.process_time() - begun) / len(given))
        loads.append(load.call_count)
    used = peak() - before
    model_management.unload_all_models()
    left = len(model_management.current_loaded_models)
    return {"first": seconds[0], "again": median(seconds[1:]), "peak_mb": used, "loads": sum(loads[1:]), "left": left}


if __name__ == "__main__":
    main()
