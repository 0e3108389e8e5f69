"""The networks that transformers keeps: filled from any file of theirs, of whichever version, by its shapes alone."""

import re

import pytest
import torch
from torch import nn
from transformers import (
    OneFormerForUniversalSegmentation,
    SegformerForSemanticSegmentation,
    UperNetForSemanticSegmentation,
    ZoeDepthForDepthEstimation,
)

from armature.errors import IncompatibleCheckpoint
from armature.preprocessors.networks import oneformer, segformer, upernet, zoe_depth

from ..annotators import MANIFESTS, random_weights
from ..tiny_networks import NETWORKS

PRETRAINED = {one.id: one for one in (upernet.UPERNET, segformer.SEGFORMER, oneformer.ONEFORMER, zoe_depth.ZOE_DEPTH)}
MODELS = {
    "hf_upernet_convnext_small": (upernet, UperNetForSemanticSegmentation),
    "hf_segformer_b5_ade": (segformer, SegformerForSemanticSegmentation),
    "hf_oneformer_swinl": (oneformer, OneFormerForUniversalSegmentation),
    "hf_zoedepth_nk": (zoe_depth, ZoeDepthForDepthEstimation),
}
ATTENTION = {"q_proj": "query", "k_proj": "key", "v_proj": "value"}


@pytest.mark.parametrize("manifest", MODELS)
def test_the_shapes_of_a_published_file_tell_its_configuration(manifest):
    module, model = MODELS[manifest]
    with torch.device("meta"):
        outline = {key: torch.empty(shape) for key, shape in MANIFESTS[manifest].items()}
        built = model(module.configuration(outline)).state_dict()
    assert {key: list(weight.shape) for key, weight in built.items()} == MANIFESTS[manifest]


def renamed(key, rules):
    for now, then in rules:
        key = re.sub(now, then, key)
    return key


def before(id, key):
    """The name that transformers 4 gave a weight, which the published files have."""
    if id == "segformer":
        key = renamed(
            key,
            (
                (r"stages\.(\d)\.patch_embeddings", r"encoder.patch_embeddings.\1"),
                (r"stages\.(\d)\.blocks", r"encoder.block.\1"),
                (r"stages\.(\d)\.layer_norm", r"encoder.layer_norm.\1"),
                (r"attention\.sequence_reduction\.sequence_reduction", "attention.self.sr"),
                (r"attention\.sequence_reduction\.layer_norm", "attention.self.layer_norm"),
                (r"mlp\.fc", "mlp.dense"),
                ("layernorm_before", "layer_norm_1"),
                ("layernorm_after", "layer_norm_2"),
                ("linear_projections", "linear_c"),
            ),
        )
        kind = "self"
    elif ".encoder.swin." in key:
        key = renamed(key.replace(".encoder.swin.", ".encoder."), ((r"\.relative_position_bias\.", ".self."),))
        kind = "self"
    elif "backbone.beit." in key:
        key = renamed(
            key.replace("backbone.beit.embeddings", "backbone.embeddings"),
            (
                (r"backbone\.beit\.layers", "backbone.encoder.layer"),
                (r"\.relative_position_bias\.", ".attention.attention.relative_position_bias."),
            ),
        )
        kind = "attention"
    else:
        return key
    key = key.replace("mlp.fc1", "intermediate.dense").replace("mlp.fc2", "output.dense")
    key = re.sub(r"attention\.([qkv]_proj)", lambda found: f"attention.{kind}.{ATTENTION[found[1]]}", key)
    return key.replace("attention.o_proj", "attention.output.dense")


def sample(id):
    model = NETWORKS[id]().eval()
    weights = random_weights({key: list(weight.shape) for key, weight in model.state_dict().items()})
    model.load_state_dict(weights)
    return model, weights


@pytest.mark.parametrize("named", [lambda id, key: key, before], ids=["transformers 5", "transformers 4"])
@pytest.mark.parametrize("id", PRETRAINED)
def test_every_weight_finds_its_place(id, named):
    _, weights = sample(id)
    unused = "model.pixel_level_module.encoder.swin.layernorm."  # transformers 4 does not store them
    given = {
        named(id, key): weight.half() if weight.dtype.is_floating_point else weight
        for key, weight in weights.items()
        if named is not before or not key.startswith(unused)
    }
    network = PRETRAINED[id].load(given, nn, "x")
    held = network.model.state_dict()
    assert held.keys() == weights.keys() and not any(weight.is_meta for weight in held.values())
    for key in weights:
        assert key.startswith(unused) or torch.equal(held[key], weights[key].half().to(held[key].dtype)), key


@pytest.mark.parametrize("id", ["upernet", "segformer", "zoedepth"])
def test_it_gives_what_their_own_model_gives(id):
    model, weights = sample(id)
    image = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        out = model(image)
        expected = out.predicted_depth[:, None] if id == "zoedepth" else out.logits
        assert torch.equal(PRETRAINED[id].load(weights, nn, "x")(image), expected) and expected.std() > 0


@pytest.mark.parametrize("id", PRETRAINED)
def test_what_does_not_fit_is_refused(id):
    _, weights = sample(id)
    first = next(key for key in weights if key.endswith(".weight"))
    for changed in (
        {key: weight for key, weight in weights.items() if key != first},
        weights | {"backbone.unknown.weight": torch.zeros(1)},
        weights | {first: torch.zeros(*weights[first].shape, 2)},
    ):
        with pytest.raises(IncompatibleCheckpoint):
            PRETRAINED[id].load(changed, nn, "x")
