"""Draws every control map that needs no more than an image, of three photographs, into docs/preprocessors.jpg.

The photographs are scikit-image's astronaut (NASA, public domain), chelsea and coffee (CC0). What reads depth,
normals or class numbers takes their brightness and colours for that here, which shows what it does and no true map.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from .. import discovery, preprocessors
from ..preprocessors.declare import MAP, Preprocessor
from .photographs import LICENCES, photographs
from .preprocessors import ours, runs_alone

SHOWN = ("astronaut", "chelsea", "coffee")
SIDE, TITLE, COLUMNS = 160, 18, 3  # pixels of a map, height of its title, maps beside each other
FILE = Path(__file__).resolve().parent.parent / "docs" / "preprocessors.jpg"


def panel(title: str, images: list[Tensor]) -> np.ndarray:
    """The images (1, H, W, 3) in [0, 1] beside each other under their title, uint8."""
    row = torch.cat(images, dim=2)[0].clamp(0, 1).mul(255).round().byte().cpu().numpy()
    small = cv2.resize(row, (SIDE * len(images), SIDE), interpolation=cv2.INTER_AREA)
    header = np.full((TITLE, small.shape[1], 3), 255, np.uint8)
    cv2.putText(header, title, (4, TITLE - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (40, 40, 40), 1, cv2.LINE_AA)
    return np.concatenate([header, small])


def main() -> None:
    images = [image for name, image in zip(LICENCES, photographs(512)) if name in SHOWN]
    panels = [panel("photographs", images)]
    for preprocessor in discovery.declared(preprocessors, Preprocessor).values():
        if runs_alone(preprocessor) and MAP in preprocessor.outputs and not preprocessor.together:
            make = ours(preprocessor, {})
            panels.append(panel(preprocessor.title, [make(image) for image in images]))
    panels += [np.full_like(panels[0], 255)] * (-len(panels) % COLUMNS)
    rows = [np.concatenate(panels[n : n + COLUMNS], axis=1) for n in range(0, len(panels), COLUMNS)]
    sheet = np.concatenate(rows)
    cv2.imwrite(str(FILE), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(f"{FILE}: {sheet.shape[1]} x {sheet.shape[0]}, {FILE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
