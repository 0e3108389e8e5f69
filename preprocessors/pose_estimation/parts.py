"""Hands and faces for OpenPose: where a body says that they are, and which points their maps show.

After CMU's handDetector.cpp and lllyasviel/ControlNet, annotator/openpose.
"""

from dataclasses import dataclass
from math import hypot

import cv2
import numpy as np
import torch
from torch import Tensor

from ..pose.keypoints import COUNTS, Points
from .enlarging import STRIDE, blurred, filter_for, resampler
from .result import Frame

LEAST = 20  # pixels of a side that is looked at
FOUND = 0.05  # the least of a map that shows a point
ARMS = {"left_hand": (5, 6, 7), "right_hand": (2, 3, 4)}  # shoulder, elbow, wrist
BEYOND = 0.33  # of the lower arm, from the wrist to a hand's middle
NOSE, EYES, EARS = 0, (14, 15), (16, 17)
HAND_SIDES = (184, 368, 552, 736)  # pixels, the sizes at which a hand is looked at
HAND_GRID = 128
FACE_SIDE = 384
BLUR = 0.8


@dataclass(frozen=True)
class Square:
    x: int
    y: int
    side: int

    def of(self, frame: Frame) -> Frame:
        return frame[self.y : self.y + self.side, self.x : self.x + self.side]

    def shifted(self, points: Points) -> Points:
        """Points of the square as points of the frame; a missing one stays missing."""
        return np.where(points[:, 2:] > 0, points + np.array([self.x, self.y, 0]), 0.0)


def hand_squares(body: Points, height: int, width: int) -> dict[str, Square]:
    """For each hand whose arm was found whole."""
    squares = {}
    for hand, arm in ARMS.items():
        if (body[list(arm), 2] > 0).all():
            shoulder, elbow, wrist = body[list(arm), :2]
            side = 1.5 * max(hypot(*(wrist - elbow)), 0.9 * hypot(*(elbow - shoulder)))
            corner = wrist + BEYOND * (wrist - elbow) - side / 2
            squares[hand] = _within(corner, side, height, width)
    return {hand: square for hand, square in squares.items() if square}


def face_square(body: Points, height: int, width: int) -> Square | None:
    """Around the nose, by how far eyes and ears are from it; none without it or without all of them."""
    nose, others = body[NOSE], [(index, 3.0) for index in EYES] + [(index, 1.5) for index in EARS]
    reaches = [times * np.abs(body[index, :2] - nose[:2]).max() for index, times in others if body[index, 2] > 0]
    if nose[2] <= 0 or not reaches:
        return None
    reach = max(reaches)
    x, y = np.maximum(nose[:2] - reach, 0)
    # Their test of the far sides is for `reach`, half of the square; what lies beyond the image is cut off.
    sides = [2 * reach if low + reach <= end else end - low for low, end in ((x, width), (y, height))]
    return Square(int(x), int(y), int(min(sides))) if min(sides) >= LEAST else None


def _within(corner: np.ndarray, side: float, height: int, width: int) -> Square | None:
    x, y = np.maximum(corner, 0)
    side = min([side if low + side <= end else end - low for low, end in ((x, width), (y, height))])
    return Square(int(x), int(y), int(side)) if side >= LEAST else None


def hand_points(crop: Frame, network: torch.nn.Module, device: torch.device) -> Points:
    """(21, 3) in pixels of the crop: the best of each point's largest spot, over the mean of four sizes."""
    crop = cv2.GaussianBlur(crop, (0, 0), BLUR)
    maps = np.zeros((COUNTS["left_hand"], HAND_GRID, HAND_GRID))
    for side in HAND_SIDES:
        resized = cv2.resize(crop, (side, side), interpolation=filter_for((side, side), crop.shape[:2]))
        cells = network(as_input(resized, device))[0, : len(maps)].double().cpu().numpy()
        matrix = _to_grid(side)
        maps += matrix @ cells @ matrix.T / len(HAND_SIDES)
    scale = np.array([crop.shape[1], crop.shape[0]]) / HAND_GRID
    return np.array([_largest_spot(plane, scale) for plane in maps])


def _to_grid(side: int) -> np.ndarray:
    last = filter_for((HAND_GRID, HAND_GRID), (side, side))
    return resampler(side, HAND_GRID, last) @ resampler(side // STRIDE, side, cv2.INTER_LANCZOS4)


def _largest_spot(plane: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """x, y, score: the peak of the connected spot that holds most; zeros without any."""
    spots = (blurred(blurred(plane).T).T > FOUND).astype(np.uint8)
    count, labels = cv2.connectedComponents(spots, connectivity=8)
    if count == 1:
        return np.zeros(3)
    spot = 1 + np.argmax(np.bincount(labels.ravel(), plane.ravel(), count)[1:])
    masked = np.where(labels == spot, plane, 0)
    y, x = np.unravel_index(masked.argmax(), masked.shape)
    return np.array([*np.floor((x, y) * scale), masked[y, x]])


def face_points(crop: Frame, network: torch.nn.Module, device: torch.device) -> Points:
    """(70, 3) in pixels of the crop: the best place of each map, without that of the background."""
    size = (FACE_SIDE, FACE_SIDE)
    maps = network(as_input(cv2.resize(crop, size, interpolation=filter_for(size, crop.shape[:2])), device))
    maps = torch.nn.functional.interpolate(maps.float(), crop.shape[:2], mode="bilinear", align_corners=True)
    best = maps[0, : COUNTS["face"]].flatten(1).max(dim=1)
    score, place = best.values.double().cpu().numpy(), best.indices.cpu().numpy()
    y, x = np.divmod(place, crop.shape[1])
    return np.where(score[:, None] > FOUND, np.column_stack([x, y, score]), 0.0)


def as_input(crop: Frame, device: torch.device) -> Tensor:
    """(1, 3, H, W) fp32 in BGR, -0.5 to 0.5, from (H, W, 3) uint8 in RGB."""
    pixels = torch.from_numpy(np.ascontiguousarray(crop[..., ::-1])).to(device).movedim(-1, 0)[None]
    return pixels.float() / 256 - 0.5
