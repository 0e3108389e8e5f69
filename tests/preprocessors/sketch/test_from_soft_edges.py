import cv2
import numpy as np
import torch
from scipy import ndimage

from armature.preprocessors.sketch.from_soft_edges import scribble

LINES = (
    [[0, 0, 0], [1, 1, 1], [0, 0, 0]],
    [[0, 1, 0], [0, 1, 0], [0, 1, 0]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
)


def soft_edges(height=90, width=120):
    canvas = np.zeros((height, width), np.uint8)
    cv2.circle(canvas, (60, 45), 30, 255, 9)
    cv2.line(canvas, (5, 80), (110, 8), 100, 3)
    return cv2.GaussianBlur(canvas, (0, 0), 2.0)


def test_it_is_the_published_post_processing_with_scipys_maxima():
    edges = soft_edges()
    blurred = cv2.GaussianBlur(edges.astype(np.float32), (0, 0), 3.0)
    maxima = [ndimage.maximum_filter(blurred, footprint=np.array(line), mode="nearest") == blurred for line in LINES]
    crests = np.any(maxima, axis=0) & (blurred > 50)
    expected = cv2.GaussianBlur(crests.astype(np.uint8) * 255, (0, 0), 3.0) > 4
    image = torch.from_numpy(edges)[None, None].expand(1, 3, -1, -1) / 255
    assert np.array_equal(scribble(image, level=50)[0, 0].numpy(), expected) and expected.any()


def test_strokes_follow_strong_crests_all_around_and_drop_faint_ones():
    image = torch.from_numpy(soft_edges())[None, None].expand(1, 3, -1, -1) / 255
    strokes = scribble(image, level=120)[0, 0].numpy() > 0
    y, x = np.nonzero(strokes)
    assert np.abs(np.hypot(x - 60, y - 45) - 30).max() < 16  # the crest's flank above the level, and the stroke
    around = np.linspace(0, 2 * np.pi, 100)
    assert strokes[(45 + 30 * np.sin(around)).round().astype(int), (60 + 30 * np.cos(around)).round().astype(int)].all()
    assert scribble(image, level=40)[0, 0, 75:, :15].max() == 1 and not strokes[75:, :15].any()
