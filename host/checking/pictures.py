"""How pictures look that a prompt loads from ComfyUI's folders; each is read once until it changes."""

from pathlib import Path

import folder_paths
import numpy as np
from PIL import Image

from ...preprocessors.appearance import SIDE, Appearance, appearance
from ..unchanged import while_unchanged

MOST_REMEMBERED = 256  # pictures
MOST_PIXELS = 64_000_000  # of a picture that is looked at


def picture(name: str) -> Path | None:
    """The file that Load Image means; None where there is none in the folder that the name is about."""
    inner, folder = folder_paths.annotated_filepath(name)
    root = Path(folder or folder_paths.get_input_directory()).resolve()
    try:
        path = (root / inner).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):
        return None


@while_unchanged(MOST_REMEMBERED, or_none=True)
def seen_in(path: Path) -> Appearance | None:
    """None where it is no picture that can be looked at."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (4 * SIDE, 4 * SIDE))  # a JPEG is then decoded at a fraction of its size
            return appearance(np.asarray(image.convert("RGB")))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
