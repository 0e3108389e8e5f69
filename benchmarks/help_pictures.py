"""Draws the pictures of the help pages into web/docs/img, one for each node that has something to show.

A preprocessor's is a photograph (scikit-image's coffee, CC0) and its map, a family's the maps of its methods; an
editor's is its screenshot in docs/, and any other node's that of the simplest template which has it. Learned
preprocessors have none, because their weights are not here, nor have those that read depth, normals or classes.
"""

import re
from pathlib import Path

import cv2
import numpy as np

from .. import discovery, preprocessors
from ..host.help import PICTURES, ROOT, TEMPLATES, help_of
from ..nodes import node_classes
from ..nodes.preprocess import ALL
from ..preprocessors.declare import MAP, Family, Preprocessor
from .photographs import LICENCES, photographs
from .preprocessors import ours, runs_alone

SIDE, MOST, WIDTH = 200, 3, 600  # pixels of a map, maps of a family, pixels of a screenshot or template
PHOTOGRAPH = "coffee"
READ_MAPS = ("Depth", "Normals", "Segments")  # families
NO_RESULT = ("training", "sd15_canny", "sd15_depth", "sdxl_union_promax")  # templates whose picture is not theirs


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    made = maps()
    for node in node_classes():
        node_id = node.GET_SCHEMA().node_id
        picture = screenshot(node_id)
        if picture is None:
            picture = made.get(node_id.removeprefix("Armature"))
        if picture is None:
            picture = template(node_id)
        if picture is not None:
            cv2.imwrite(str(PICTURES / f"{node_id}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    files = list(PICTURES.glob("*.jpg"))
    print(f"{len(files)} pictures, {sum(file.stat().st_size for file in files) / 1e3:.0f} kB")


def maps() -> dict[str, np.ndarray]:
    """The photograph beside its map, by the id of the method; beside several, by that of the family."""
    image = dict(zip(LICENCES, photographs(512)))[PHOTOGRAPH]
    methods = [
        one
        for one in discovery.declared(preprocessors, Preprocessor).values()
        if runs_alone(one)
        and MAP in one.outputs
        and not one.together
        and not (one.family and one.family.id in READ_MAPS)
    ]
    drawn = {one.id: small(ours(one, {})(image)) for one in methods}
    photograph = small(image)
    found = {name: np.concatenate([photograph, each], axis=1) for name, each in drawn.items()}
    for family in (*discovery.declared(preprocessors, Family).values(), ALL):
        several = [drawn[one.id] for one in methods if one.family is family or family is ALL][:MOST]
        if several:
            found[family.id] = np.concatenate([photograph, *several], axis=1)
    return found


def small(image) -> np.ndarray:
    """The first of (B, H, W, 3) in [0, 1] as OpenCV has it, (SIDE, SIDE, 3) uint8."""
    pixels = image[0].clamp(0, 1).mul(255).round().byte().cpu().numpy()
    return cv2.cvtColor(cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)


def screenshot(node_id: str) -> np.ndarray | None:
    """The picture in docs/ that is named as the node: pose_editor.png of ArmaturePoseEditor."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node_id.removeprefix("Armature")).lower()
    return next((narrow(file) for file in (ROOT / "docs").glob(f"{name}.*") if file.suffix in (".png", ".jpg")), None)


def template(node_id: str) -> np.ndarray | None:
    """The picture of the simplest template that has the node."""
    names = [name for name in help_of(node_id).templates if name not in NO_RESULT]
    return narrow(TEMPLATES / f"{names[0]}.jpg") if names else None


def narrow(file: Path) -> np.ndarray:
    picture = cv2.imread(str(file))
    height, width = picture.shape[:2]
    size = (min(WIDTH, width), round(height * min(WIDTH, width) / width))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    main()
