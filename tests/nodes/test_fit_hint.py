import torch

from armature.nodes.fit_hint import FitHint
from armature.nodes.pixel_perfect import PixelPerfect


def test_a_batch_with_transparency_is_fitted():
    out = FitHint.execute(torch.rand(2, 30, 40, 4), 64, 48, "Crop and Resize")[0]
    assert out.shape == (2, 48, 64, 3) and out.is_contiguous() and out.dtype == torch.float32


def test_pixel_perfect_takes_width_and_height_the_right_way_round():
    image = torch.rand(1, 100, 200, 3)
    assert PixelPerfect.execute(image, 400, 200, "Just Resize")[0] == 200
    assert PixelPerfect.execute(image, 200, 400, "Resize and Fill")[0] == 100
