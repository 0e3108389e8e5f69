"""Train one stage of the practice model: autoencoder, base, control, joint; then export and draw the curves.

The stages xs, t2i_adapter, lllite and union train further controls for the model that the pack ships.
"""

import argparse
from importlib import import_module
from pathlib import Path

import torch

STAGES = ("autoencoder", "base", "control", "joint", "export", "curves", "xs", "t2i_adapter", "lllite", "union")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--steps", type=int, default=0, help="steps in all, those of earlier runs included")
    parser.add_argument("--folder", type=Path, default=Path("practice_run"), help="checkpoints, logs and pictures")
    parser.add_argument("--threads", type=int, default=1, help="more than one pays only on an idle machine")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.set_flush_denormal(True)  # denormals make CPU training several times slower
    torch.manual_seed(0)
    import_module(f".{chosen.stage}", __package__).main(chosen.folder, torch.device(chosen.device), chosen.steps)


if __name__ == "__main__":
    main()
