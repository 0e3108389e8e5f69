import torch
from torch import nn

from armature.preprocessors.networks.normal_bae import NORMAL_BAE
from armature.preprocessors.normals.bae import normals_of_bae
from armature.preprocessors.normals.conventions import arranged

from ..annotators import random_weights
from ..photographs import astronaut
from ..tiny_networks import shapes

NETWORK = NORMAL_BAE.load(random_weights(shapes("normalbae")), nn, "tiny")
IMAGE = astronaut()[..., 40:168, 150:342]


def test_its_colours_are_the_directions_that_the_network_finds():
    mean, std = (torch.tensor(values)[:, None, None] for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    directions = NETWORK((IMAGE - mean) / std)
    normals = normals_of_bae(IMAGE, network=NETWORK)
    assert torch.allclose(normals * 2 - 1, directions, atol=1e-5)
    opengl = normals_of_bae(IMAGE, network=NETWORK, convention="OpenGL")
    assert torch.equal(opengl, arranged(normals, "BAE", "OpenGL")) and not torch.equal(opengl, normals)
