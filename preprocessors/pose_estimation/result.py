"""What every finder of poses shares: the size at which it looks, the parts it is asked for, the drawing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from torch import Tensor

from ..declare import Boxes
from ..pixels import eight_bit
from ..pose.controlnet import controlnet
from ..pose.keypoints import Person, Pose, written
from ..pose.openpifpaf import openpifpaf
from ..pose.t2i_keypose import keypose
from ..pose.xinsir import xinsir
from ..resize import smooth
from ..running import Working, at, resized
from .people import limited

Frame = np.ndarray  # (H, W, 3) uint8, RGB
Box = tuple[float, float, float, float]  # x, y, width, height in pixels
Find = Callable[[Frame, list[Box] | None], tuple[Person, ...]]

Switch = Literal["enable", "disable"]
Body = Annotated[Switch, "Keeps body and feet in drawing and keypoints."]
Hands = Annotated[Switch, "Keeps the fingers in drawing and keypoints."]
Face = Annotated[Switch, "Keeps the points of the face in drawing and keypoints."]
Style = Annotated[
    Literal["ControlNet", "T2I keypose", "OpenPifPaf"],
    "Whose models the drawing is for. Draw Pose has more to choose.",
]
ScaleSticks = Annotated[
    Literal["disable", "enable"],
    "Limbs and joints of the ControlNet style grow with the drawing, as xinsir's models for SDXL know them.",
]
BOXES_HELP = (
    "Where the people are, as ComfyUI's RT-DETR and other detectors tell; what they call something else is left out. "
    "Without it the image is taken for one person."
)
PeopleBoxes = Annotated[Boxes | None, BOXES_HELP]
PARTS = {"body": ("body", "feet"), "hands": ("left_hand", "right_hand"), "face": ("face",)}


@dataclass(frozen=True)
class Drawing:
    """Which of the parts, and how they are drawn; points less sure than the threshold are left out."""

    parts: dict[str, str]  # a Switch for some or all of PARTS
    style: str
    scale_sticks: str
    threshold: float = 0.0

    def shown(self, person: Person) -> Person:
        asked = [name for part, names in PARTS.items() if self.parts.get(part) == "enable" for name in names]
        return limited(person, asked)

    def draw(self, image: Tensor, frames: list[dict[str, Any]]) -> Tensor:
        styles = {"ControlNet": controlnet, "T2I keypose": keypose, "OpenPifPaf": openpifpaf}
        wide = self.style == "ControlNet" and self.scale_sticks == "enable"
        return (xinsir if wide else styles[self.style])(image, poses=frames, threshold=self.threshold)


def estimated(
    image: Tensor, boxes: Boxes | None, resolution: int, find: Find, drawing: Drawing
) -> tuple[Tensor, list[dict[str, Any]]]:
    """The drawing (B, 3, H, W) of what `find` sees in each image at the resolution, and the keypoints at full size."""
    size = tuple(image.shape[-2:])
    working = Working(resolution).size(*size)
    own = None if boxes is None else resized(boxes, size, working)
    frames = []
    for index, frame in enumerate(eight_bit(smooth(image, working))):
        people = find(frame, None if own is None else at(own, index)[0])
        pose = Pose(working[1], working[0], tuple(drawing.shown(person) for person in people))
        frames.append(written(pose.at(*size)))
    return drawing.draw(image, frames), frames
