"""Photographs for training: free pictures that the Python packages scikit-image and scikit-learn carry.

The photo that this project bundles (scikit-image's coffee) is held out, so that control on it shows generalisation.
Licences: astronaut, chelsea, rocket and camera are CC0 or public domain; china (danielbuechele) and flower (vultilion)
are CC BY 2.0.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from .world import Scene

SUBJECTS = {
    "skimage/data/astronaut.png": "an astronaut",
    "skimage/data/chelsea.png": "a cat",
    "skimage/data/rocket.jpg": "a rocket",
    "skimage/data/camera.png": "a man with a camera",
    "sklearn/datasets/images/china.jpg": "a temple",
    "sklearn/datasets/images/flower.jpg": "a flower",
}
SMALLEST_CROP = 0.3  # of the shorter side


@cache
def photograph(path: str) -> np.ndarray:
    """(H, W, 3) uint8 RGB.

    Raises:
        ModuleNotFoundError: the package that carries it is not installed.
    """
    package, _, inside = path.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"The training photos need scikit-image and scikit-learn; {package} is not installed."
        )
    return cv2.cvtColor(cv2.imread(str(Path(spec.origin).parent / inside)), cv2.COLOR_BGR2RGB)


def crop(seed: int, side: int = 128) -> Scene:
    """A random square of a random photo, mirrored or not, its light and colours a little changed."""
    rng = np.random.default_rng(seed)
    path = str(rng.choice(list(SUBJECTS)))
    photo = photograph(path)
    size = int(min(photo.shape[:2]) * rng.uniform(SMALLEST_CROP, 1.0))
    top, left = (int(rng.integers(0, extent - size + 1)) for extent in photo.shape[:2])
    square = photo[top : top + size, left : left + size]
    if rng.random() < 0.5:
        square = square[:, ::-1]
    image = cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    image = (image - 128) * rng.uniform(0.8, 1.2) + 128 + rng.normal(0, 12) + rng.normal(0, 6, 3)
    return Scene(np.clip(image, 0, 255).astype(np.uint8), f"a photo of {SUBJECTS[path]}")
