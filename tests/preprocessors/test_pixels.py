import torch

from armature.preprocessors.pixels import eight_bit


def test_eight_bits_are_rounded_and_cut():
    image = torch.tensor([-0.5, 0.0, 0.4 / 255, 0.6 / 255, 200 / 255, 1.0, 7.0]).expand(1, 3, 2, 7)
    assert eight_bit(image)[0, 1, :, 2].tolist() == [0, 0, 0, 1, 200, 255, 255]


def test_all_levels_survive_half_precision():
    levels = torch.arange(256)
    image = (levels / 255).half().expand(1, 3, 1, 256)
    assert eight_bit(image)[0, 0, :, 1].tolist() == levels.tolist()
