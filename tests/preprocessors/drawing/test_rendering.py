"""Sketches as maps and masks, against shapes whose pixels are known."""

import json

import numpy as np
import pytest
import torch

from armature.preprocessors.drawing.coverage import brushed, filled
from armature.preprocessors.drawing.rendering import rendered
from armature.preprocessors.drawing.value import read
from armature.preprocessors.segments.classes import colours

from .test_value import EMPTY, VALUES


def sketch(*strokes, **change):
    return read(EMPTY | {"size": [64, 48], "s": list(strokes)} | change)


def painted(*strokes, **change):
    """(H, W, 3) uint8."""
    image, _ = rendered(sketch(*strokes, **change))
    return (image[0].movedim(0, -1).numpy() * 255).round().astype(np.uint8)


def sampled(inside, height, width, samples=16):
    """(height, width): how much of each pixel lies where `inside` says so, by many samples."""
    x, y = np.meshgrid((np.arange(width * samples) + 0.5) / samples, (np.arange(height * samples) + 0.5) / samples)
    return inside(x, y).reshape(height, samples, width, samples).mean((1, 3))


def discs_between(a, b, radius_a, radius_b):
    def inside(x, y):
        found = np.zeros_like(x, bool)
        for part in np.linspace(0, 1, 100):
            (cx, cy), radius = a + part * (b - a), radius_a + part * (radius_b - radius_a)
            found |= (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
        return found

    return inside


@pytest.mark.parametrize(
    "a, b, radius_a, radius_b",
    [
        ((10, 12), (50, 30), 6, 6),
        ((10, 12), (50, 30), 2, 9),
        ((50, 20), (20, 40), 7, 1),
        ((30, 20), (32, 21), 12, 4),
        ((30, 20), (30, 20), 5, 5),
        ((30, 20), (30, 20), 3, 8),
    ],
)
def test_a_brush_covers_all_discs_on_its_way(a, b, radius_a, radius_b):
    points = np.array([a, b], float)
    expected = sampled(discs_between(*points, radius_a, radius_b), 48, 64, 6)
    seen = brushed(points, np.array([radius_a, radius_b], float), 48, 64)
    assert np.abs(seen - expected).max() < 0.15  # a pixel's coverage is taken for that of a straight edge
    assert np.minimum(seen, expected).sum() / np.maximum(seen, expected).sum() > 0.985


def test_an_outline_is_filled_where_it_goes_around_even_twice():
    star = np.array([[32, 2], [46, 44], [8, 18], [56, 18], [18, 44]], float)
    soft = filled(star, 48, 64, 4)
    assert soft[24, 32] == 1  # the middle of a pentagram, which the even-odd rule leaves out
    assert soft[2, 5] == 0
    square = filled(np.array([[10, 10], [20, 10], [20, 30.5], [10, 30.5]]), 48, 64, 4)
    assert square[10:30, 10:20].min() == 1 and np.all(square[30, 10:20] == 0.5) and square.sum() == 205


@pytest.mark.parametrize("edge", ["64,48", "64,20", "10,48", "32,48"])
def test_segments_that_share_an_edge_leave_no_gap(edge):
    x, y = map(int, edge.split(","))
    pieces = [f"f|#ff0000|| 0,0 {x},{y} 0,{48 - y} -{x},0", f"f|#00ff00|| 0,0 64,0 0,48 {x - 64},0 0,{y - 48}"]
    both = painted(*pieces, mode="segments", bg="#0000ff")
    assert both[..., 2].max() == 0
    halves = [(painted(piece, mode="segments", bg="#0000ff")[..., 2] == 0).sum() for piece in pieces]
    assert sum(halves) == 64 * 48  # nor do they overlap


@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_a_straight_line_has_its_width_in_pixels(width):
    drawn = painted(f"b||{width}| 10,20 40,0")[:, 30, 0]
    assert (drawn == 255).sum() == width and set(np.unique(drawn)) == {0, 255}


@pytest.mark.parametrize("end", ["40,5", "40,33", "7,30", "33,33"])
def test_the_thinnest_line_does_not_break(end):
    drawn = painted(f"b||1|00ff 10,10 {end}")[..., 0] > 0
    x, y = map(int, end.split(","))
    rows = drawn.any(0)[10 : 10 + x] if x >= y else drawn.any(1)[10 : 10 + y]
    assert rows.all()


def test_scribbles_and_segments_have_no_other_colours_than_their_own():
    blocky = [*VALUES[3]["value"]["s"], "e||9| 20,20 200,200"]
    image, drawn = rendered(read(VALUES[3]["value"] | {"s": blocky}))
    seen = {tuple(colour) for colour in (image[0] * 255).round().int().flatten(1).T.tolist()}
    assert seen == {(6, 230, 230), (120, 120, 75), (4, 200, 3), (255, 9, 71), (150, 5, 61)}
    assert set(drawn.unique().tolist()) == {0, 1}
    soft, soft_mask = rendered(read(VALUES[3]["value"] | {"s": blocky, "mode": "colour"}))
    assert len(soft.flatten(2).unique(dim=2)[0].T) > 50 and len(soft_mask.unique()) > 10


def test_every_class_keeps_its_exact_colour():
    table = colours("ADE20K")
    strokes = [f"f|#{bytes(c).hex()}|| {4 * (i % 15)},{4 * (i // 15)} 4,0 0,4 -4,0" for i, c in enumerate(table)]
    drawn = painted(*strokes, mode="segments", size=[60, 40])
    assert np.array_equal(drawn[2::4, 2::4].reshape(-1, 3), table)


def test_an_eraser_shows_the_ground_and_takes_from_the_mask():
    strokes = ["f|#ff0000|| 0,0 64,0 0,48 -64,0", "e||10| 0,24 64,0"]
    image, drawn = rendered(sketch(*strokes, bg="#0000ff", mode="colour"))
    assert image[0, :, 24, 30].tolist() == [0, 0, 1] and image[0, :, 5, 30].tolist() == [1, 0, 0]
    assert drawn[0, 0, 24, 30] == 0 and drawn[0, 0, 5, 30] == 1


def test_lines_without_a_colour_differ_from_the_ground():
    assert painted("b||6| 10,20 40,0")[20, 30].tolist() == [255, 255, 255]
    assert painted("b||6| 10,20 40,0", bg="#ffffff")[20, 30].tolist() == [0, 0, 0]


def test_another_size_stretches_the_drawing():
    drawing = sketch("b||8| 10,12 40,0", "f|#ffffff|| 40,24 20,0 0,20 -20,0")
    _, small = rendered(drawing)
    image, large = rendered(drawing, (96, 128))
    assert image.shape == (1, 3, 96, 128) and large.shape == (1, 1, 96, 128)
    pooled = torch.nn.functional.avg_pool2d(large, 2)
    assert (torch.minimum(pooled, small).sum() / torch.maximum(pooled, small).sum()) > 0.98
    _, wide = rendered(drawing, (48, 128))
    assert wide[0, 0, 30, 90] == 1 and wide[0, 0, 30, 70] == 0


@pytest.mark.parametrize("mode", ["scribble", "colour", "segments"])
def test_a_drawing_on_images_keeps_what_it_does_not_cover(mode):
    images = torch.rand(2, 3, 48, 64)
    kept = images.clone()
    image, drawn = rendered(sketch("b|#ff0000|8| 10,12 40,0", mode=mode), onto=images)
    assert image.shape == (2, 3, 48, 64) and drawn.shape == (2, 1, 48, 64)
    covered = drawn.expand(-1, 3, -1, -1)
    assert torch.equal(image[covered == 0], images[covered == 0]) and torch.equal(images, kept)
    assert torch.equal(image[:, 0][drawn[:, 0] == 1], torch.ones(int((drawn == 1).sum())))
    assert rendered(sketch(mode=mode), (20, 30), images)[0].shape == (2, 3, 20, 30)


def test_what_lies_outside_is_no_trouble():
    assert rendered(sketch("b||9| -500,-500 10,10", "f|#ffffff|| 900,900 9,0 0,9"))[1].sum() == 0
    assert rendered(sketch("f|#ffffff|| -900,-900 2000,0 0,2000 -2000,0"))[1].min() == 1
    assert rendered(sketch("b||9999| 0,0"))[1].min() == 1


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case["name"])
def test_the_map_is_the_drawing_on_its_ground(case):
    drawing = read(json.loads(json.dumps(case["value"])))
    image, drawn = rendered(drawing)
    assert image.shape[1:] == (3, drawing.height, drawing.width) and drawn.shape[1] == 1
    assert image.dtype == drawn.dtype == torch.float32 and 0 <= image.min() and image.max() <= 1
    ground = torch.tensor(drawing.ground)[:, None] / 255
    untouched = drawn[0, 0] == 0
    assert torch.equal(image[0][:, untouched], ground.expand(-1, int(untouched.sum())))
    assert (drawn.sum() > 0) == bool(drawing.strokes)
