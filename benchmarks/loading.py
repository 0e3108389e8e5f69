"""What does loading cost? Time and peak memory of ComfyUI's loader and of ours, for the same file; and of Inspect."""

import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import torch
from safetensors.torch import save_file

from .report import Case, options, show

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = ROOT / "tests" / "data" / "manifests.json.xz"
LOADERS = ("ComfyUI", "ours", "inspect")
SMALL = [("t2i_sd15_full", torch.float16), ("controlnet_sdxl_small_diffusers", torch.float16)]
WHOLE = [
    ("controlnet_sd15_ldm", torch.float16),
    ("controlnet_sd15_diffusers", torch.float16),
    ("controlnet_sd15_ldm", torch.float32),
    ("t2i_sd15_full", torch.float16),
]


def write(file: Path, shapes: dict[str, list[int]], dtype: torch.dtype) -> None:
    save_file({key: torch.randn(shape).mul_(0.02).to(dtype) for key, shape in shapes.items()}, file)


def once(loader: str, file: Path) -> dict[str, float]:
    """In a process of its own, because memory that was freed is not given back."""
    command = [sys.executable, str(ROOT / "standalone.py"), "benchmarks.loading_once", loader, str(file)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT).stdout
    return json.loads(answer.splitlines()[-1])


def measure(title: str, file: Path, rounds: int) -> Case:
    taken: dict[str, list[dict[str, float]]] = {loader: [] for loader in LOADERS}
    for i in range(rounds):
        for loader in (*LOADERS[i % len(LOADERS) :], *LOADERS[: i % len(LOADERS)]):
            taken[loader].append(once(loader, file))
    case: Case = {"name": title, "file_mb": file.stat().st_size / 1e6}
    for unit in ("seconds", "peak_mb"):
        medians = {loader: median(one[unit] for one in of_loader) for loader, of_loader in taken.items()}
        case |= {f"{loader}_{unit}": value for loader, value in medians.items()}
        case[f"{unit}_to_ComfyUI"] = medians["ours"] / medians["ComfyUI"]
    return case


def main() -> None:
    chosen = options(__doc__)
    manifests, cases = json.loads(lzma.decompress(MANIFESTS.read_bytes())), []
    for name, dtype in SMALL if chosen.quick else WHOLE:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "x.safetensors"
            write(file, manifests[name], dtype)
            cases.append(measure(f"{name}, {str(dtype).removeprefix('torch.')}", file, 3 if chosen.quick else 5))
    show(cases, chosen.json)


if __name__ == "__main__":
    main()
