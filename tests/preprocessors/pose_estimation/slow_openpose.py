"""How OpenPose's ports read a body from its maps, one pixel and one pair after the other: images in full, loops."""

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from armature.preprocessors.pose.skeleton import LIMBS

KINDS = [*LIMBS, (2, 16), (5, 17)]
CHANNELS = [12, 20, 14, 16, 22, 24, 0, 2, 4, 6, 8, 10, 28, 30, 34, 32, 36, 18, 26]


def enlarged(maps, looked, size):
    """(C, H, W) by OpenCV's own resize, twice, and cut between."""
    last = cv2.INTER_AREA if sum(size) < sum(looked) else cv2.INTER_LANCZOS4
    planes = []
    for plane in maps:
        height, width = plane.shape
        plane = cv2.resize(plane, (8 * width, 8 * height), interpolation=cv2.INTER_LANCZOS4)
        planes.append(cv2.resize(plane[: looked[0], : looked[1]], size[::-1], interpolation=last))
    return np.stack(planes).astype(np.float64)


def peaks(plane):
    """x, y, score of each."""
    blurred, found = gaussian_filter(plane, sigma=3), []
    height, width = plane.shape
    for y in range(height):
        for x in range(width):
            beside = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
            inside = [blurred[v, u] for v, u in beside if 0 <= v < height and 0 <= u < width]
            if blurred[y, x] > 0.1 and blurred[y, x] >= max(inside):
                found.append((x, y, plane[y, x]))
    return found


def pairs(along_x, along_y, starts, ends, height):
    """start, end, score of the bones, the best first."""
    rated = []
    for i, (x0, y0, _) in enumerate(starts):
        for j, (x1, y1, _) in enumerate(ends):
            length = max(0.001, np.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2))
            parts = []
            for step in range(10):
                x, y = round(x0 + (x1 - x0) / 9 * step), round(y0 + (y1 - y0) / 9 * step)
                parts.append((along_x[y, x] * (x1 - x0) + along_y[y, x] * (y1 - y0)) / length)
            score = sum(parts) / 10 + min(0.5 * height / length - 1, 0)
            if sum(part > 0.05 for part in parts) > 8 and score > 0:
                rated.append((score, i, j))
    chosen = []
    for score, i, j in sorted(rated, key=lambda one: -one[0]):
        if all(i != a and j != b for a, b, _ in chosen):
            chosen.append((i, j, score))
    return chosen


def people(fields, points, looked, size):
    """Candidates of each point, and people: 18 indices of them, -1 for none."""
    enlarged_points, enlarged_fields = enlarged(points, looked, size), enlarged(fields, looked, size)
    candidates = [peaks(plane) for plane in enlarged_points[:18]]
    rows = []  # 18 indices, score, count
    for kind, ((a, b), channel) in enumerate(zip(KINDS, CHANNELS)):
        along = enlarged_fields[channel], enlarged_fields[channel + 1]
        for i, j, score in pairs(*along, candidates[a], candidates[b], size[0]):
            holders = [row for row in rows if row[a] == i or row[b] == j]
            if len(holders) == 1 and holders[0][b] != j:
                _add(holders[0], b, j, candidates[b][j][2] + score)
            elif len(holders) == 2:
                first, second = holders
                if any(p >= 0 and q >= 0 for p, q in zip(first[:18], second[:18])):
                    _add(first, b, j, candidates[b][j][2] + score)
                else:
                    first[:18] = [max(p, q) for p, q in zip(first[:18], second[:18])]
                    first[18], first[19] = first[18] + second[18] + score, first[19] + second[19]
                    rows = [row for row in rows if row is not second]
            elif not holders and kind < 17:
                row = [-1] * 18 + [candidates[a][i][2] + candidates[b][j][2] + score, 2]
                row[a], row[b] = i, j
                rows.append(row)
    return candidates, [row[:18] for row in rows if row[19] >= 4 and row[18] / row[19] >= 0.4]


def _add(row, part, index, score):
    row[part], row[18], row[19] = index, row[18] + score, row[19] + 1
