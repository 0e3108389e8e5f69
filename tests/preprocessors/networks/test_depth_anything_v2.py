"""Depth Anything V2 beside transformers' model of it, and beside what the authors' own code gave."""

import pytest
import torch
from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

from armature.preprocessors.networks.depth_anything_v2 import DEPTH_ANYTHING_V2

from ..annotators import MANIFESTS, random_weights
from ..golden import GOLDEN

VITS = random_weights(MANIFESTS["depth_anything_v2_vits"])


TAPS = {"vits": (2, 5, 8, 11), "vitb": (2, 5, 8, 11), "vitl": (4, 11, 17, 23)}  # of their blocks, in the authors' code


@pytest.mark.parametrize("size", TAPS)
def test_it_has_a_place_for_each_published_weight(size):
    shapes = MANIFESTS[f"depth_anything_v2_{size}"]
    with torch.device("meta"):
        network = DEPTH_ANYTHING_V2.load({key: torch.empty(shape) for key, shape in shapes.items()}, torch.nn, size)
    assert {key: list(weight.shape) for key, weight in network.state_dict().items()} == shapes
    assert network.pretrained.taps == TAPS[size]


def test_off_its_own_size_it_is_what_its_authors_code_gives():
    """infer_image's network of DepthAnything/Depth-Anything-V2, 56 x 126, with the same random weights."""
    network = DEPTH_ANYTHING_V2.load(VITS, torch.nn, "vits")
    image = torch.randn(1, 3, 56, 126, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        near = network(image)[0, 0, ::4, ::4]
    assert torch.allclose(near, GOLDEN["depth_anything_v2"], rtol=0, atol=2e-4) and near.std() > 1


def tiny():
    backbone = Dinov2Config(
        hidden_size=64,
        num_hidden_layers=4,
        num_attention_heads=1,
        image_size=56,
        out_indices=[1, 2, 3, 4],
        apply_layernorm=True,
        reshape_hidden_states=False,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=64,
        neck_hidden_sizes=[16, 8, 24, 32],
        fusion_hidden_size=16,
        patch_size=14,
    )
    model = DepthAnythingForDepthEstimation(config).eval()
    model.load_state_dict(random_weights({key: list(weight.shape) for key, weight in model.state_dict().items()}))
    return model


def published(key):
    """The name that Depth-Anything-V2-Small-hf has, which transformers 5 changes as it loads."""
    for now, then in (("q_proj", "attention.query"), ("k_proj", "attention.key"), ("v_proj", "attention.value")):
        key = key.replace(f"attention.{now}", f"attention.{then}")
    return key.replace("attention.o_proj", "attention.output.dense")


@pytest.mark.parametrize("named", [lambda key: key, published], ids=["transformers 5", "published"])
def test_it_is_transformers_model_at_its_own_size_by_either_names(named):
    theirs = tiny()
    weights = {named(key): weight for key, weight in theirs.state_dict().items()}
    network = DEPTH_ANYTHING_V2.load(weights, torch.nn, "hf")
    image = torch.randn(2, 3, 56, 56, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = theirs(image).predicted_depth
        assert torch.allclose(network(image)[:, 0], expected, rtol=0, atol=1e-4 * expected.max())
    assert expected.std() > 0.1
