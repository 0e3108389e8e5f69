"""Where the people of a pose are: a mask from their keypoints."""

from dataclasses import replace
from typing import Annotated, Any, Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from ..declare import Mask, Output, Preprocessor, Range
from . import SCORE, SCORE_HELP, Poses
from .canvas import device, pixel, shown, sized
from .keypoints import Person, Points, read, written
from .skeleton import LIMBS

TRUNK = (2, 5, 11, 8)
HEAD = (0, 14, 15, 16, 17)
THICKEST = 32767  # OpenCV's widest line


def mask(
    image: Tensor | None = None,
    *,
    poses: Poses,
    part: Annotated[
        Literal["person", "head", "hands"], "What to cover of each person; Select Person chooses among several."
    ] = "person",
    shape: Annotated[Literal["outline", "box"], "Around the limbs, or the upright box around the points."] = "outline",
    grow: Annotated[
        float,
        Range(0, 50, 0.5),
        "How far the mask goes beyond the points, in percent of the longer side of the person's box. Hair and clothes "
        "lie beyond them.",
    ] = 5.0,
    threshold: Annotated[float, SCORE, SCORE_HELP] = 0.3,
    resolution: int = 0,
) -> Tensor:
    """White where people, their heads or their hands are, to restrict a control or an inpainting to them."""
    masks = []
    for pose in sized(image, poses, resolution):
        canvas = np.zeros((pose.height, pose.width), np.uint8)
        for person in pose.people:
            _cover(canvas, _areas(person, part, threshold), shape, grow / 100 * _size(person, threshold))
        masks.append(torch.from_numpy(canvas))
    return torch.stack(masks)[:, None].to(device(image)).float()


def each_person(frame: dict[str, Any], size: tuple[int, int], grow: float) -> Tensor:
    """(N, 1, H, W) in [0, 1], one mask for each person of a frame at that size; black (1, 1, H, W) without any."""
    pose = read(frame).at(*size)
    alone = [written(replace(pose, people=(person,))) for person in pose.people]
    return mask(poses=alone, grow=grow) if alone else torch.zeros(1, 1, *size)


def _areas(person: Person, part: str, threshold: float) -> list[Points]:
    """The convex areas, by their corners, that make up the part."""
    body, visible = person.body, shown(person.body, threshold)
    head = np.concatenate([body[list(HEAD)], person.face])
    areas = {"head": [head], "hands": [person.left_hand, person.right_hand]}
    limbs = [body[list(limb)] for limb in LIMBS if visible[list(limb)].all()]
    areas["person"] = [*limbs, body[list(TRUNK)], head, *areas["hands"]]
    return [area[shown(area, threshold)] for area in areas[part] if shown(area, threshold).any()]


def _size(person: Person, threshold: float) -> float:
    points = np.concatenate(list(person.parts.values()))
    points = points[shown(points, threshold), :2]
    return float(np.ptp(points, axis=0).max()) if len(points) else 0.0


def _cover(canvas: np.ndarray, areas: list[Points], shape: str, margin: float) -> None:
    if areas and shape == "box":
        corners = np.concatenate(areas)[:, :2]
        cv2.rectangle(canvas, pixel(corners.min(axis=0) - margin), pixel(corners.max(axis=0) + margin), 1, -1)
        return
    for area in areas if shape == "outline" else []:
        hull = cv2.convexHull(area[:, :2].astype(np.int32))
        cv2.fillConvexPoly(canvas, hull, 1)
        cv2.polylines(canvas, [hull], True, 1, min(2 * round(margin) + 1, THICKEST))


POSE_MASK = Preprocessor(
    id="PoseMask",
    title="Pose Mask",
    run=mask,
    outputs=(Output(Mask, "White where the people are, one mask for each frame."),),
    aliases=("mask from keypoints", "person mask", "face mask", "hand mask"),
)
