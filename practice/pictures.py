"""Writes scenes and their captions into a folder, to train controls on: `practice.pictures FOLDER`."""

import argparse
from pathlib import Path

import cv2

from .world import scene


def write_scenes(folder: Path, count: int, side: int) -> None:
    """`0000.png` and `0000.txt`, and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        drawn, stem = scene(seed, side), folder / f"{seed:04}"
        cv2.imwrite(str(stem.with_suffix(".png")), cv2.cvtColor(drawn.image, cv2.COLOR_RGB2BGR))
        stem.with_suffix(".txt").write_text(drawn.caption)


def main() -> None:
    parser = argparse.ArgumentParser("practice.pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1024)
    parser.add_argument("--side", type=int, default=128, help="pixels")
    chosen = parser.parse_args()
    write_scenes(chosen.folder, chosen.count, chosen.side)


if __name__ == "__main__":
    main()
