import torch
from torch import nn

from armature.preprocessors.depth.midas import depth_of_midas, midas
from armature.preprocessors.networks.midas import MIDAS

from ..annotators import random_weights
from ..photographs import astronaut
from ..tiny_networks import shapes

NETWORK = MIDAS.load(random_weights(shapes("midas_vitb_rn50_384")), nn, "tiny")
IMAGE = astronaut()[..., 40:141, 150:333]


def test_it_sees_the_image_from_minus_one_to_one_extended_by_its_edge():
    extended = torch.cat((IMAGE, IMAGE[..., -1:, :].expand(-1, -1, 27, -1)), dim=2)
    extended = torch.cat((extended, extended[..., -1:].expand(-1, -1, -1, 9)), dim=3)
    assert torch.allclose(midas(IMAGE, NETWORK), NETWORK(extended * 2 - 1)[..., :101, :183], atol=1e-4)


def test_near_is_white():
    near, shown = midas(IMAGE, NETWORK), depth_of_midas(IMAGE, network=NETWORK)
    assert shown.min() == 0 and shown.max() == 1 and near.std() > 0
    assert shown[0, 0].flatten()[near.argmax()] == 1 and shown[0, 0].flatten()[near.argmin()] == 0
