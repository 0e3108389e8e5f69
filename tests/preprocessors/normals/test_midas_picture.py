import torch
from torch import nn

from armature.preprocessors.depth.midas import midas
from armature.preprocessors.networks.midas import MIDAS
from armature.preprocessors.normals.midas import normals_of_midas
from armature.preprocessors.normals.midas_picture import normals_by_midas

from ..annotators import random_weights
from ..photographs import astronaut
from ..tiny_networks import shapes

NETWORK = MIDAS.load(random_weights(shapes("midas_vitb_rn50_384")), nn, "tiny")
IMAGE = astronaut()[..., 40:141, 150:333]


def test_they_are_the_slopes_of_midas_in_its_own_numbers():
    depth = midas(IMAGE, NETWORK)
    span = float(depth.max() - depth.min())
    shown = ((depth - depth.min()) / span).expand(-1, 3, -1, -1)
    expected = normals_of_midas(shown, background=0.4, contrast=span)
    assert torch.allclose(normals_by_midas(IMAGE, network=NETWORK, background=0.4), expected, atol=1e-3)
    assert expected.std() > 0.1
