"""Draws the picture of every help page, and writes what it is, into web/docs/img. Needs the extra e2e and a browser.

An editor's is its screenshot in docs/. A preprocessor's is a photograph and its map, a family's the maps of its
methods; what needs to know more than a photograph says is shown in a drawn room, and so is what asks a network, because
the weights are not here (known_maps.py). A node of numbers or files is itself seen in a small graph (node_graphs.py).
Any other node's is that of the simplest template which has it. `python3 quickstart.py test --write-docs` then writes
the captions into the pages.
"""

import json
import re
from pathlib import Path

import cv2
import numpy as np

from ..host.help import CAPTIONS, PICTURES, ROOT, TEMPLATES, captions, help_of
from ..nodes import node_classes
from .help_photograph import from_photograph
from .help_practice import of_practice
from .help_room import from_room
from .help_tiles import Picture
from .node_pictures import from_browser

WIDTH = 600  # pixels
NO_RESULT = ("training", "sd15_canny", "sd15_depth", "sdxl_union_promax")  # templates whose picture is not theirs


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    made = from_browser() | from_photograph() | from_room() | of_practice()
    said = dict(captions())
    for node in node_classes():
        node_id = node.GET_SCHEMA().node_id
        picture = screenshot(node_id) or made.get(node_id.removeprefix("Armature")) or template(node_id)
        if picture:
            said[node_id] = picture.caption
            cv2.imwrite(str(PICTURES / f"{node_id}.jpg"), picture.pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])
    said = {node_id: caption for node_id, caption in sorted(said.items()) if caption}
    CAPTIONS.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    files = list(PICTURES.glob("*.jpg"))
    print(f"{len(files)} pictures, {sum(file.stat().st_size for file in files) / 1e3:.0f} kB")


def screenshot(node_id: str) -> Picture | None:
    """The picture in docs/ that is named as the node: pose_editor.png of ArmaturePoseEditor."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node_id.removeprefix("Armature")).lower()
    found = [file for file in (ROOT / "docs").glob(f"{name}.*") if file.suffix in (".png", ".jpg")]
    return Picture(narrow(found[0]), "") if found else None


def template(node_id: str) -> Picture | None:
    """The picture of the simplest template that has the node."""
    names = [name for name in help_of(node_id).templates if name not in NO_RESULT]
    return Picture(narrow(TEMPLATES / f"{names[0]}.jpg"), f"What the template {names[0]} makes.") if names else None


def narrow(file: Path) -> np.ndarray:
    pixels = cv2.imread(str(file))
    height, width = pixels.shape[:2]
    size = (min(WIDTH, width), round(height * min(WIDTH, width) / width))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    main()
