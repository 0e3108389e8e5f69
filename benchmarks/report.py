"""What every benchmark shares: its options, its table, its JSON."""

import argparse
import json
import platform
from pathlib import Path

import torch

Case = dict[str, str | float]


def options(description: str, threads: int = 2, **folders: str) -> argparse.Namespace:
    """`quick`, `json` and `threads` from the command line; PyTorch is set up for the run.

    Each of `folders` is one more option, that takes a folder, with its help.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="minutes on two cores")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table as JSON")
    parser.add_argument("--threads", type=int, default=threads, help="PyTorch's threads on a CPU")
    for name, meaning in folders.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FOLDER", help=meaning)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.set_flush_denormal(True)
    return chosen


def device_name() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU ({platform.machine()})"


def show(cases: list[Case], file: Path | None) -> None:
    columns = list(cases[0])
    rows = [[f"{case[c]:.3f}" if isinstance(case[c], float) else str(case[c]) for c in columns] for case in cases]
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows)]
    for row in (columns, ["-" * width for width in widths], *rows):
        print(" | ".join(cell.ljust(width) for cell, width in zip(row, widths)))
    print(f"on {device_name()}, {torch.get_num_threads()} threads, PyTorch {torch.__version__}")
    if file:
        file.write_text(json.dumps({"cases": cases, "device": device_name()}, indent=2))
