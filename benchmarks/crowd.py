"""People of whom the maps of OpenPose's body network would be known, and these maps."""

import numpy as np

from ..preprocessors.pose_estimation.bodies import BONES, FIELDS
from ..preprocessors.pose_estimation.enlarging import STRIDE
from ..preprocessors.pose_estimation.openpose import HEIGHT

STANDING = [  # in percent of width and height, OpenPose's order
    *[(50, 12), (50, 22), (42, 22), (36, 35), (32, 47), (58, 22), (66, 33), (74, 24)],
    *[(45, 50), (43, 70), (42, 90), (55, 50), (58, 69), (62, 88), (48, 10), (52, 10), (45, 11), (55, 11)],
]
HEAT, WIDTH = 0.7, 1.0  # deviation of a point's bell and half the width of a bone's field, in cells


def crowd(count: int, height: int, width: int) -> np.ndarray:
    """(N, 18, 2) in pixels of the image: people beside each other, each a little different."""
    generator = np.random.default_rng(count)
    standing = np.array(STANDING) / 100
    columns = np.arange(count)[:, None, None]
    places = np.concatenate(
        [(columns + 0.1 + 0.8 * standing[:, :1]) / count, 0.06 + 0.88 * standing[:, 1:] + 0 * columns], axis=2
    )
    return places * (width, height) + generator.uniform(-2, 2, (count, 18, 2))


def looked(height: int, width: int) -> tuple[int, int]:
    return HEIGHT, int(width * HEIGHT / height)


def maps(people: np.ndarray, height: int, width: int, noise: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
    """Fields (38, h, w) and points (19, h, w), fp32, that a network would give for an image of this size."""
    size = looked(height, width)
    h, w = (-(-side // STRIDE) for side in size)
    cells = (people + 0.5) * HEIGHT / height / STRIDE - 0.5
    y, x = np.mgrid[:h, :w]
    generator = np.random.default_rng(7)
    points = generator.uniform(-noise, noise, (19, h, w))
    fields = generator.uniform(-noise, noise, (38, h, w))
    for person in cells:
        for part, (px, py) in enumerate(person):
            points[part] = np.maximum(points[part], np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * HEAT**2)))
        for (start, end), channel in zip(BONES, FIELDS):
            direction = person[end] - person[start]
            length = np.hypot(*direction)
            direction = direction / length
            along = (x - person[start, 0]) * direction[0] + (y - person[start, 1]) * direction[1]
            across = np.abs((x - person[start, 0]) * direction[1] - (y - person[start, 1]) * direction[0])
            inside = (along > -0.5) & (along < length + 0.5) & (across < WIDTH)
            fields[channel][inside], fields[channel + 1][inside] = direction
    return fields.astype(np.float32), points.astype(np.float32)
