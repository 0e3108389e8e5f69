import pytest
import torch

from armature.preprocessors.sketch.user import user_sketch


def drawing(ink, paper):
    image = torch.tensor(paper)[None, :, None, None].repeat(1, 1, 20, 30)
    image[..., 5:7, 3:25] = torch.tensor(ink)[:, None, None]
    return image


LINES = torch.zeros(1, 3, 20, 30)
LINES[..., 5:7, 3:25] = 1
BLACK, WHITE, RED, BLUE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (1.0, 0.0, 0.0), (0.2, 0.2, 0.9)


@pytest.mark.parametrize("ink, paper", [(BLACK, WHITE), (WHITE, BLACK), (RED, WHITE), (BLUE, WHITE), (RED, BLACK)])
def test_lines_of_either_polarity_and_any_colour_come_out_white_on_black(ink, paper):
    assert torch.equal(user_sketch(drawing(ink, paper)), LINES)


def test_the_polarity_is_found_for_each_image_of_a_batch():
    both = torch.cat((drawing(BLACK, WHITE), drawing(WHITE, BLACK)))
    assert torch.equal(user_sketch(both), LINES.expand(2, -1, -1, -1))


@pytest.mark.parametrize("lines, expected", [("dark", LINES), ("light", 1 - LINES)])
def test_the_polarity_can_be_told(lines, expected):
    assert torch.equal(user_sketch(drawing(BLACK, WHITE), lines=lines), expected)


@pytest.mark.parametrize("level, is_line", [(126, True), (127, False)])
def test_the_threshold_is_on_eight_bit_levels(level, is_line):
    grey = torch.full((1, 3, 2, 2), level / 255)
    assert bool(user_sketch(grey, lines="dark", threshold=127).all()) is is_line
    assert bool(user_sketch(1 - grey, lines="light", threshold=127).all()) is is_line
