"""Runs a preprocessor on one frame or on a batch, at its own or at another working size."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..errors import MismatchedBatch, UnsuitableSize
from .declare import FRAMES, Boxes, Image, Mask, Option, Preprocessor
from .resize import Size, smooth

LONGEST = 32766  # OpenCV's remap and resize count pixels in 16 bits


@dataclass(frozen=True)
class Working:
    """The size at which a preprocessor looks at an image: the short side is `resolution` pixels, 0 is the image's own.

    The result has the image's size, or the working size if `keep` is set.
    """

    resolution: int = 0
    keep: bool = False

    def size(self, height: int, width: int) -> Size:
        """The working size of an image of `height` x `width`.

        Raises:
            UnsuitableSize: a side is longer than OpenCV works with.
        """
        scale = self.resolution / min(height, width) if self.resolution else 1.0
        size = max(1, round(height * scale)), max(1, round(width * scale))
        if max(size) > LONGEST:
            raise UnsuitableSize(
                f"An image of {width} x {height} at resolution {self.resolution} is {size[1]} x {size[0]}; a side can "
                f"have {LONGEST} pixels. Choose a smaller resolution, or crop the image."
            )
        return size


def run(preprocessor: Preprocessor, image: Tensor | None, values: dict[str, Any], working: Working) -> Iterator[tuple]:
    """A tuple, one value for each of its outputs, for each call's result: one frame's, or the batch's where B > 1."""
    values = values | _fitted_masks(preprocessor, image, values)
    if image is None and preprocessor.draws:
        yield from _results(preprocessor, image, values | {"resolution": working.resolution})
    elif image is None or working.size(*image.shape[-2:]) == tuple(image.shape[-2:]):
        yield from _results(preprocessor, image, values)
    elif preprocessor.draws and not working.keep:
        yield from _results(preprocessor, image, values | {"resolution": working.resolution})
    else:
        yield from _at(preprocessor, image, values, working)


def frame_count(preprocessor: Preprocessor, image: Tensor | None, values: dict[str, Any]) -> int:
    """How many frames the inputs have; an input of one frame serves all.

    Raises:
        MismatchedBatch: two inputs have different numbers of frames, neither of them 1.
    """
    lengths = {"image": 1 if image is None else len(image)}
    lengths |= {o.name: len(values[o.name]) for o in preprocessor.options if _holds_frames(o, values)}
    count = max(lengths.values())
    for name, length in lengths.items():
        if length not in (1, count):
            raise MismatchedBatch(
                f"{name} has {length} frames where another input has {count}. Give as many, or a single one for all."
            )
    return count


def frame(preprocessor: Preprocessor, values: dict[str, Any], index: int) -> dict[str, Any]:
    """The values with frame `index` alone."""
    of_frame = {o.name: at(values[o.name], index) for o in preprocessor.options if _holds_frames(o, values)}
    return values | of_frame


def at(frames: Any, index: int) -> Any:
    """A batch of the one frame `index`, or of the only one there is."""
    return frames if len(frames) == 1 else frames[index : index + 1]


def _holds_frames(option: Option, values: dict[str, Any]) -> bool:
    return option.type in FRAMES and values.get(option.name) is not None


def _results(preprocessor: Preprocessor, image: Tensor | None, values: dict[str, Any]) -> Iterator[tuple]:
    result = preprocessor.run(image, **values)
    for one in result if preprocessor.together else [result]:
        yield one if isinstance(one, tuple) else (one,)


def _at(preprocessor: Preprocessor, image: Tensor, values: dict[str, Any], working: Working) -> Iterator[tuple]:
    size, work = tuple(image.shape[-2:]), working.size(*image.shape[-2:])
    masks = {o.name: smooth(values[o.name], work) for o in _masks(preprocessor, values)}
    boxes = {o.name: resized(values[o.name], size, work) for o in _given(preprocessor, values, Boxes)}
    for result in _results(preprocessor, preprocessor.resize_image(image, work), values | masks | boxes):
        pairs = zip(preprocessor.outputs, result)
        yield (
            result
            if working.keep
            else tuple(
                preprocessor.resize(value, size) if output.kind in (Image, Mask) else value for output, value in pairs
            )
        )


def _fitted_masks(preprocessor: Preprocessor, image: Tensor | None, values: dict[str, Any]) -> dict[str, Tensor]:
    if image is None:
        return {}
    return {o.name: smooth(values[o.name], tuple(image.shape[-2:])) for o in _masks(preprocessor, values)}


def resized(boxes: Boxes, size: Size, work: Size) -> Boxes:
    """The boxes in an image of `size` where it is brought to `work`."""
    down, right = (new / old for new, old in zip(work, size))
    return [[(x * right, y * down, width * right, height * down) for x, y, width, height in frame] for frame in boxes]


def _masks(preprocessor: Preprocessor, values: dict[str, Any]) -> list[Option]:
    return _given(preprocessor, values, Mask)


def _given(preprocessor: Preprocessor, values: dict[str, Any], kind: Any) -> list[Option]:
    return [o for o in preprocessor.options if o.type is kind and values.get(o.name) is not None]
