import torch

from armature.preprocessors.networks.normal_bae import NORMAL_BAE

from ..annotators import MANIFESTS, random_weights
from ..golden import GOLDEN


def test_it_is_what_its_authors_network_gives():
    """ControlNet's normalbae annotator around timm's tf_efficientnet_b5, 64 x 96, with the same random weights."""
    wrapped = {f"model.module.{key}": weight for key, weight in random_weights(MANIFESTS["normalbae"]).items()}
    network = NORMAL_BAE.load(wrapped, torch.nn, "scannet.pt")
    image = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        normals = network(image)
    assert torch.allclose(normals[0, :, ::4, ::4], GOLDEN["normalbae"], rtol=0, atol=1e-5)
    assert torch.allclose(normals.norm(dim=1), torch.ones(1, 64, 96)) and normals.std() > 0.1
