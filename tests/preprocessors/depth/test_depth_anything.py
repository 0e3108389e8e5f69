import torch

from armature.preprocessors.depth.depth_anything import depth_anything, nearness
from armature.preprocessors.networks.depth_anything_v2 import DEPTH_ANYTHING_V2

from ..annotators import MANIFESTS, random_weights
from ..golden import GOLDEN
from ..photographs import astronaut

NETWORK = DEPTH_ANYTHING_V2.load(random_weights(MANIFESTS["depth_anything_v2_vits"]), torch.nn, "vits")
IMAGE = astronaut()[..., 40:137, 150:333]


def test_it_is_what_its_authors_infer_image_gives():
    """At a short side of 56 pixels, with the same random weights; rounding of the resized image is the difference."""
    near = nearness(IMAGE, NETWORK, 56)[0, 0]
    assert near.shape == IMAGE.shape[-2:] and near.std() > 1
    assert torch.allclose(near[::4, ::4], GOLDEN["depth_anything_v2_image"], rtol=0, atol=5e-4)


def test_the_map_goes_from_black_to_white_with_the_nearness_and_is_not_cut_to_8_bits():
    shown = depth_anything(IMAGE, network=NETWORK, input_size=56)
    near = nearness(IMAGE, NETWORK, 56)
    expected = (near - near.min()) / (near.max() - near.min())
    assert torch.allclose(shown, expected.expand(-1, 3, -1, -1), atol=1e-6)
    assert len(shown.unique()) > 5000
