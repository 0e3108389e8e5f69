"""A folder of images, captions and control maps as examples to learn from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from .. import discovery, preprocessors
from ..errors import InvalidValue, MissingInput, UnknownMethod, UnreadableFile
from ..host.preprocessing import preprocess
from ..preprocessors.declare import Preprocessor
from ..preprocessors.pixels import eight_bit
from ..preprocessors.running import Working

IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
CAPTION, MAP = ".txt", ".png"


@dataclass(frozen=True)
class Folder:
    """`root` holds images and their captions, `name.png` with `name.txt`; `maps` their control maps, `name.png`.

    All are seen as squares of `side` pixels, cut from the middle.
    """

    root: Path
    maps: Path
    side: int

    @cached_property
    def files(self) -> Sequence[Path]:
        """
        Raises:
            MissingInput: there are no images.
            InvalidValue: two have one name, and so one caption and one map.
        """
        entries = self.root.iterdir() if self.root.is_dir() else ()
        found = sorted(file for file in entries if file.suffix.lower() in IMAGES)
        if not found:
            raise MissingInput(f"There are no images in {self.root} ({', '.join(IMAGES)}).")
        by_name = sorted(found, key=lambda file: file.stem)
        if twins := [file.name for file, other in pairwise(by_name) if file.stem == other.stem]:
            raise InvalidValue(
                f"{self.root} has another image of the name of {twins[0]}. Rename one, map and caption too."
            )
        return found

    def image(self, n: int) -> Tensor:
        """(1, 3, side, side) in [0, 1]."""
        return square(self.files[n], self.side)

    def hint(self, n: int) -> Tensor:
        """(1, 3, side, side) in [0, 1].

        Raises:
            UnreadableFile: there is no map of this image.
        """
        return square(self.map_of(self.files[n]), self.side)

    def caption(self, n: int) -> str:
        """Empty where the image has none."""
        file = self.files[n].with_suffix(CAPTION)
        return file.read_text(encoding="utf-8").strip() if file.exists() else ""

    def map_of(self, image: Path) -> Path:
        return self.maps / f"{image.stem}{MAP}"

    def without_map(self) -> Iterator[int]:
        return (n for n, file in enumerate(self.files) if not self.map_of(file).exists())


def make_maps(folder: Folder, method: str) -> None:
    """Write the maps that are missing, by the preprocessor of this id with its own defaults.

    Raises:
        UnknownMethod: there is no such preprocessor, or it needs more than an image.
    """
    methods = discovery.declared(preprocessors, Preprocessor)
    if method not in methods:
        raise UnknownMethod(f"{method!r} is no preprocessor. Choose one of: {', '.join(sorted(methods))}.")
    folder.maps.mkdir(parents=True, exist_ok=True)
    for n in folder.without_map():
        made, *_ = preprocess(methods[method], folder.image(n).movedim(1, -1), {}, Working())
        write(folder.map_of(folder.files[n]), made.movedim(-1, 1))


def square(file: Path, side: int) -> Tensor:
    """(1, 3, side, side) in [0, 1]: the middle of the picture.

    Raises:
        UnreadableFile: there is none, or it is damaged.
    """
    data = np.frombuffer(file.read_bytes(), np.uint8) if file.exists() else np.empty(0, np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
    if pixels is None:
        raise UnreadableFile(f"{file} is missing, or no picture. Give one, or have maps made with --maps.")
    height, width = pixels.shape[:2]
    least = min(height, width)
    top, left = (height - least) // 2, (width - least) // 2
    cut = pixels[top : top + least, left : left + least]
    sized = cv2.resize(cut, (side, side), interpolation=cv2.INTER_AREA if least > side else cv2.INTER_LINEAR)
    return torch.from_numpy(sized).movedim(-1, 0)[None].float() / 255


def write(file: Path, image: Tensor) -> None:
    """(1, 3, H, W) in [0, 1] as a PNG, aside first: a map that is there is whole."""
    aside = file.with_suffix(".writing")
    aside.write_bytes(cv2.imencode(MAP, cv2.cvtColor(eight_bit(image)[0], cv2.COLOR_RGB2BGR))[1].tobytes())
    aside.replace(file)
