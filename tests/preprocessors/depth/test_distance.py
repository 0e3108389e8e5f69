import pytest
import torch

from armature.errors import InvalidValue
from armature.host.preprocessing import preprocess
from armature.preprocessors.depth.distance import DEPTH_DISTANCE, depth_of_distance
from armature.preprocessors.running import Working


def shades(distances, **options):
    return depth_of_distance(torch.tensor(distances)[None, None, None].expand(-1, 3, -1, -1), **options)[0, 0, 0]


def test_inverse_gives_near_things_most_of_the_shades():
    assert torch.allclose(shades([1.0, 2.0, 5.0]), torch.tensor([1, (1 / 2 - 1 / 5) / (1 - 1 / 5), 0]))


def test_linear_gives_all_distances_alike():
    assert torch.allclose(shades([1.0, 2.0, 5.0], spread="linear"), torch.tensor([1, 0.75, 0]))


@pytest.mark.parametrize("nothing", [float("inf"), float("nan"), 0.0, -1.0, 1e10])
@pytest.mark.parametrize("spread", ["inverse", "linear"])
def test_what_is_no_distance_is_black_and_does_not_count(nothing, spread):
    assert shades([nothing, 2.0, 4.0], spread=spread).tolist() == [0, 1, 0]


@pytest.mark.parametrize("spread", ["inverse", "linear"])
def test_given_distances_hold_for_every_frame(spread):
    options = {"nearest": 1.0, "farthest": 5.0, "spread": spread}
    both = shades([0.5, 2.0, 9.0], **options), shades([1.5, 2.0, 3.0], **options)
    assert both[0][1] == both[1][1] and both[0][0] == 1 and both[0][2] == 0


def test_what_lies_wholly_beyond_one_given_distance_is_white_or_black():
    assert shades([2.0, 3.0], nearest=5.0).tolist() == [1, 1]
    assert shades([2.0, 3.0], farthest=1.0).tolist() == [0, 0]


def test_percents_leave_stray_distances_out():
    out = shades([*range(1, 102)], spread="linear", far_percent=10, near_percent=20)
    assert (out == 0).sum() == 11 and (out == 1).sum() == 21


def test_distances_the_wrong_way_round_are_refused():
    with pytest.raises(InvalidValue, match=r"nearest is 5\.0 and farthest 2\.0"):
        shades([1.0], nearest=5.0, farthest=2.0)


def test_nothing_known_is_black():
    assert not shades([float("nan"), 0.0]).any()


def test_distances_are_not_averaged_at_another_working_size():
    image = torch.full((1, 30, 40, 3), 2.0)
    image[:, :, 13:27] = 4.0
    image[:, :, 27:] = float("inf")
    out = preprocess(DEPTH_DISTANCE, image, {}, Working(24, keep=True))[0]
    assert out.unique().tolist() == [0, 1]
