"""MiDaS's DPT-hybrid beside transformers' model of it."""

import pytest
import torch
from torch.nn.functional import interpolate
from transformers import DPTConfig, DPTForDepthEstimation

from armature.preprocessors.networks.midas import MIDAS

from ..annotators import MANIFESTS, random_weights


def theirs(side):
    """A small one, whose images have `side` times 16 pixels."""
    bit = {
        "model_type": "bit",
        "embedding_size": 32,
        "hidden_sizes": [128, 256, 512],
        "depths": [2, 1, 1],
        "global_padding": "same",
        "layer_type": "bottleneck",
        "embedding_dynamic_padding": True,
        "out_features": ["stage1", "stage2", "stage3"],
    }
    config = DPTConfig(
        is_hybrid=True,
        backbone_config=bit,
        backbone_featmap_shape=[1, 512, side, side],
        hidden_size=64,
        num_hidden_layers=4,
        num_attention_heads=1,
        intermediate_size=256,
        layer_norm_eps=1e-6,
        image_size=16 * side,
        readout_type="project",
        neck_hidden_sizes=[128, 256, 64, 64],
        backbone_out_indices=[0, 1, 2, 3],
        neck_ignore_stages=[0, 1],
        reassemble_factors=[1, 1, 1, 0.5],
        fusion_hidden_size=16,
    )
    return DPTForDepthEstimation(config).eval()


SMALL = theirs(4)
WEIGHTS = random_weights({key: list(weight.shape) for key, weight in SMALL.state_dict().items()})
SMALL.load_state_dict(WEIGHTS)
NETWORK = MIDAS.load(WEIGHTS, torch.nn, "hf")


def same(network, model, image):
    with torch.no_grad():
        own, expected = network(image)[:, 0], model(image).predicted_depth
    return torch.allclose(own, expected, rtol=0, atol=1e-4 * expected.max()) and expected.std() > 0.1


def test_it_is_transformers_model_at_its_own_size():
    assert same(NETWORK, SMALL, torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1)


def test_at_another_size_it_is_a_model_with_its_positions_resized():
    name, model = "dpt.embeddings.position_embeddings", theirs(6)
    grid = interpolate(WEIGHTS[name][:, 1:].reshape(1, 4, 4, 64).movedim(-1, 1), (6, 6), mode="bilinear")
    resized = torch.cat((WEIGHTS[name][:, :1], grid.movedim(1, -1).reshape(1, 36, 64)), 1)
    model.load_state_dict(WEIGHTS | {name: resized})
    assert same(NETWORK, model, torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(2)) * 2 - 1)


@pytest.mark.parametrize("layout", ["midas_vitb_rn50_384", "hf_dpt_hybrid"])
def test_it_has_a_place_for_each_published_weight_but_the_classifiers(layout):
    shapes = MANIFESTS[layout]
    with torch.device("meta"):
        network = MIDAS.load({key: torch.empty(shape) for key, shape in shapes.items()}, torch.nn, "x")
    official = MANIFESTS["midas_vitb_rn50_384"]
    kept = {key: shape for key, shape in official.items() if not key.startswith("pretrained.model.head.")}
    assert {key: list(weight.shape) for key, weight in network.state_dict().items()} == kept
