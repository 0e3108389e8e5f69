"""Load one file once, for benchmarks.loading: prints processor seconds and MB of peak memory; for Linux."""

import argparse
import json
import resource
import time
from pathlib import Path

import comfy.controlnet
import folder_paths
import torch

from ..host.loading import inspect_control, load_control
from ..host.practice import practice_controls


def peak() -> float:
    """MB, of the whole life of the process; Linux counts in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["ComfyUI", "ours", "inspect"])
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    folder_paths.add_model_folder_path("controlnet", str(chosen.file.parent))
    load_control(next(iter(practice_controls())))  # what is loaded and built once a process is there before
    before, started = peak(), time.process_time()
    if chosen.what == "ComfyUI":
        loaded = comfy.controlnet.load_controlnet(str(chosen.file))
    else:
        loaded = (load_control if chosen.what == "ours" else inspect_control)(chosen.file.name)
    assert loaded
    print(json.dumps({"seconds": time.process_time() - started, "peak_mb": peak() - before}))


if __name__ == "__main__":
    main()
