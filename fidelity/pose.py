"""Agreement of poses: COCO's object keypoint similarity (cocodataset.org, #keypoints-eval) and PCK (Yang and Ramanan
2013, doi:10.1109/TPAMI.2012.261), over COCO's 17 points of the body."""

from typing import Annotated

import cv2
import numpy as np
from torch import Tensor

from ..preprocessors.declare import Keypoints, Range
from ..preprocessors.pixels import eight_bit, planes
from ..preprocessors.pose.keypoints import Points, Pose, read
from ..preprocessors.pose.skeleton import COCO
from .declare import Measure
from .pictures import BACKDROP, HIT, MISSED, SURPLUS

SIGMAS = np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]) / 1000  # pycocotools
AREA = 0.53  # of a person in the box around the points, where no outline is known: AI Challenger's and CrowdPose's


def pose(
    image: Tensor,
    *,
    hint: Annotated[Keypoints, "The people that the image was to obey, as they were drawn."],
    found: Annotated[Keypoints, "The people that a pose node finds in the image."],
    alpha: Annotated[
        float, Range(0.01, 1, 0.01), "For PCK: how far a point may be off, in longer sides of its person's box."
    ] = 0.1,
) -> tuple[Tensor, list[dict[str, float]]]:
    """Compares bodies, the most alike first. In the picture white is hit, blue missed, orange surplus."""
    wanted, given = (_bodies(read(one[0]).at(*image.shape[-2:])) for one in (hint, found))
    pairs = matches(wanted, given)
    reached = [
        _reached(body, given[pairs[i]], alpha) if i in pairs else body[:, 2] < 0 for i, body in enumerate(wanted)
    ]
    surplus = [body for index, body in enumerate(given) if index not in pairs.values()]
    shown = sum(int((body[:, 2] > 0).sum()) for body in wanted)
    similar = [similarity(body, given[pairs[i]]) if i in pairs else 0.0 for i, body in enumerate(wanted)]
    numbers = {
        "OKS": float(np.mean(similar)) if wanted else float(not given),
        "PCK": sum(int(one.sum()) for one in reached) / shown if wanted else float(not given),
        "people too many": float(len(surplus)),
    }
    return _picture(image, wanted, reached, surplus), [numbers]


def similarity(wanted: Points, given: Points) -> float:
    """OKS of two bodies (17, 3): 1 where every point of the first is met, 0 where none is near."""
    known = wanted[:, 2] > 0
    squared = ((wanted - given)[:, :2] ** 2).sum(1)
    scale = AREA * max(np.ptp(wanted[known, :2], axis=0).prod(), 1.0)
    alike = np.exp(-squared / (2 * scale * (2 * SIGMAS) ** 2)) * (given[:, 2] > 0)
    return float(alike[known].mean())


def matches(wanted: list[Points], given: list[Points]) -> dict[int, int]:
    """Who of `given` meets whom of `wanted`, the most alike first."""
    alike = np.array([[similarity(one, other) for other in given] for one in wanted]).reshape(len(wanted), len(given))
    pairs: dict[int, int] = {}
    for flat in np.argsort(-alike, axis=None, kind="stable"):
        one, other = (int(index) for index in np.unravel_index(flat, alike.shape))
        if one not in pairs and other not in pairs.values() and alike[one, other] > 0:
            pairs[one] = other
    return pairs


def _bodies(pose: Pose) -> list[Points]:
    """(17, 3) in COCO's order of everybody of whom a point is known."""
    bodies = [person.body[list(COCO)] for person in pose.people]
    return [body for body in bodies if (body[:, 2] > 0).any()]


def _reached(wanted: Points, given: Points, alpha: float) -> np.ndarray:
    """(17,) bool: the points of `wanted` that are found near enough."""
    known = wanted[:, 2] > 0
    reach = alpha * max(np.ptp(wanted[known, :2], axis=0).max(), 1.0)
    return known & (given[:, 2] > 0) & (np.hypot(*(wanted - given)[:, :2].T) <= reach)


def _picture(image: Tensor, wanted: list[Points], reached: list[np.ndarray], surplus: list[Points]) -> Tensor:
    canvas = np.ascontiguousarray((eight_bit(image)[0] * BACKDROP).astype(np.uint8))
    dots = [(point, SURPLUS) for body in surplus for point in body]
    dots += [(p, HIT if hit else MISSED) for body, hits in zip(wanted, reached) for p, hit in zip(body, hits)]
    radius = max(2, min(canvas.shape[:2]) // 100)
    for (x, y, score), colour in dots:
        if score > 0:
            cv2.circle(canvas, (round(x), round(y)), radius, colour, -1)
    return planes([canvas], image.device)


POSE = Measure(
    id="Pose",
    title="Pose",
    run=pose,
    numbers={
        "OKS": "Object keypoint similarity, the mean over the hint's people.",
        "PCK": "The share of the hint's points that are found near enough.",
        "people too many": "How many were found that the hint does not have.",
    },
)
