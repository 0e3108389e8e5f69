"""Bodies from the maps of OpenPose's network, arXiv:1611.08050, as Hzzone/pytorch-openpose, src/body.py, reads them.

Peaks of the points' maps are candidates; two are joined where the field of their bone runs from one to the other, the
best first; bones that share a candidate become a person.
"""

from dataclasses import dataclass, field

import numpy as np

from ..pose.keypoints import COUNTS, Points
from ..pose.skeleton import LIMBS
from .enlarging import Enlarging

BONES = (*LIMBS, (2, 16), (5, 17))  # from shoulders to ears as well
FIELDS = (  # the maps of x of each bone's field; that of y is the next
    *(12, 20, 14, 16, 22, 24, 0, 2, 4, 6),
    *(8, 10, 28, 30, 34, 32, 36, 18, 26),
)
PEAK = 0.1
SAMPLES = 10  # along a bone
ALONG = 0.05  # the least that counts of a field's part along its bone
ENOUGH = 0.8  # of the samples
FEWEST, LEAST = 4, 0.4  # points of a person, and their mean score


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places where one kind of point may be, row by row: x (N,), y (N,) in whole pixels, score (N,)."""

    x: np.ndarray
    y: np.ndarray
    score: np.ndarray


@dataclass(frozen=True)
class Bone:
    start: int  # among the candidates of its first point
    end: int
    score: float


@dataclass
class Skeleton:
    """Whom bones make up: which candidate is each of its points, the sum of scores, how many points were added."""

    candidates: dict[int, int] = field(default_factory=dict)
    score: float = 0.0
    count: int = 0

    def holds(self, bone: Bone, start: int, end: int) -> bool:
        return self.candidates.get(start) == bone.start or self.candidates.get(end) == bone.end


def bodies(fields: np.ndarray, points: np.ndarray, place: Enlarging) -> list[Points]:
    """(18, 3) for each person, from fields (38, h, w) and points (19, h, w) of the network."""
    found = candidates(points.astype(np.float64), place)
    joined = [bones(fields.astype(np.float64), index, found, place) for index in range(len(BONES))]
    return [_points(skeleton, found) for skeleton in skeletons(joined, found)]


def candidates(points: np.ndarray, place: Enlarging) -> list[Candidates]:
    """The peaks of each point's blurred map, with the score that it has unblurred."""
    count = COUNTS["body"]
    maps = place.blurred.whole(points[:count])
    part, y, x = np.nonzero(maps > PEAK)
    middle, peak = maps[part, y, x], np.ones(len(part), bool)
    for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        beside = np.clip(y + down, 0, maps.shape[1] - 1), np.clip(x + right, 0, maps.shape[2] - 1)
        peak &= middle >= maps[(part, *beside)]
    kinds = [(one, y[peak & (part == one)], x[peak & (part == one)]) for one in range(count)]
    return [Candidates(x, y, place.at(points[one], y, x)) for one, y, x in kinds]


def bones(fields: np.ndarray, index: int, found: list[Candidates], place: Enlarging) -> list[Bone]:
    """The bones of one kind, the best first; a candidate has one at the most."""
    start, end = (found[point] for point in BONES[index])
    score = _scores(fields[FIELDS[index] : FIELDS[index] + 2], start, end, place)
    chosen: list[Bone] = []
    free_starts, free_ends = np.ones(len(start.x), bool), np.ones(len(end.x), bool)
    for a, b in zip(*np.unravel_index(np.argsort(-score, axis=None, kind="stable"), score.shape)):
        if score[a, b] <= 0:
            break
        if free_starts[a] and free_ends[b]:
            chosen.append(Bone(int(a), int(b), float(score[a, b])))
            free_starts[a] = free_ends[b] = False
    return chosen


def _scores(field: np.ndarray, start: Candidates, end: Candidates, place: Enlarging) -> np.ndarray:
    """(starts, ends): how well each pair makes a bone, 0 where it makes none; less where it is long for the image."""
    dx, dy = end.x - start.x[:, None], end.y - start.y[:, None]
    length = np.maximum(np.hypot(dx, dy), 1e-3)
    y, x = (
        np.rint(np.linspace(one[:, None] + 0 * other, other + 0 * one[:, None], SAMPLES)).astype(int)
        for one, other in ((start.y, end.y), (start.x, end.x))
    )
    along = (place.at(field[0], y, x) * dx + place.at(field[1], y, x) * dy) / length
    score = along.mean(axis=0) + np.minimum(0.5 * len(place.rows) / length - 1, 0)
    return np.where(((along > ALONG).sum(axis=0) > ENOUGH * SAMPLES) & (score > 0), score, 0.0)


def skeletons(joined: list[list[Bone]], found: list[Candidates]) -> list[Skeleton]:
    """Persons of enough points and score; the last two kinds of bones complete one but begin none."""
    people: list[Skeleton] = []
    for index, ((start, end), kind) in enumerate(zip(BONES, joined)):
        for bone in kind:
            holders = [one for one in people if one.holds(bone, start, end)][:2]
            added = found[end].score[bone.end] + bone.score
            if len(holders) == 2 and not holders[0].candidates.keys() & holders[1].candidates.keys():
                _merge(*holders, bone.score)
                people = [one for one in people if one is not holders[1]]
            elif len(holders) == 2 or (holders and holders[0].candidates.get(end) != bone.end):
                holders[0].candidates[end] = bone.end
                holders[0].count, holders[0].score = holders[0].count + 1, holders[0].score + added
            elif not holders and index < len(LIMBS):
                score = found[start].score[bone.start] + added
                people.append(Skeleton({start: bone.start, end: bone.end}, score, 2))
    return [one for one in people if one.count >= FEWEST and one.score / one.count >= LEAST]


def _merge(one: Skeleton, other: Skeleton, score: float) -> None:
    one.candidates |= other.candidates
    one.count, one.score = one.count + other.count, one.score + other.score + score


def _points(skeleton: Skeleton, found: list[Candidates]) -> Points:
    points = np.zeros((COUNTS["body"], 3))
    for part, index in skeleton.candidates.items():
        kind = found[part]
        points[part] = kind.x[index], kind.y[index], kind.score[index]
    return points
