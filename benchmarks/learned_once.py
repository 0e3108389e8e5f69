"""Run one learned preprocessor twice, for benchmarks.learned: prints seconds an image, loads and memory."""

import argparse
import json
import time
from pathlib import Path
from unittest.mock import patch

import comfy.utils
import folder_paths
import torch
from comfy import model_management
from comfy.utils import load_torch_file

from .. import discovery, preprocessors
from ..host.preprocessing import preprocess
from ..preprocessors.declare import Preprocessor
from ..preprocessors.running import Working
from .annotator_weights import networks
from .loading_once import peak

SIDE = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id")
    parser.add_argument("batch", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("threads", type=int)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    folder_paths.add_model_folder_path("annotators", str(chosen.folder))
    one = discovery.declared(preprocessors, Preprocessor)[chosen.id]
    image = torch.rand(chosen.batch, SIDE, SIDE, 3, generator=torch.Generator().manual_seed(0))
    before, seconds, loads = peak(), [], []
    for _ in range(2):
        begun = time.process_time()
        with torch.inference_mode(), patch.object(comfy.utils, "load_torch_file", wraps=load_torch_file) as load:
            preprocess(one, image, networks(one), Working())
        seconds.append((time.process_time() - begun) / chosen.batch)
        loads.append(load.call_count)
    used = peak() - before
    model_management.unload_all_models()
    left = len(model_management.current_loaded_models)
    print(json.dumps({"first": seconds[0], "second": seconds[1], "peak_mb": used, "loads": loads, "left": left}))


if __name__ == "__main__":
    main()
