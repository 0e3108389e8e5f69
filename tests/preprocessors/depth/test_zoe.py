"""ZoeDepth beside transformers' own processor and model of it."""

import numpy as np
import torch
from torch import nn
from transformers import ZoeDepthImageProcessor

from armature.preprocessors.depth.zoe import depth_of_zoe, metres
from armature.preprocessors.networks.zoe_depth import ZOE_DEPTH

from ..annotators import random_weights
from ..photographs import astronaut
from ..tiny_networks import shapes, zoe_depth

WEIGHTS = random_weights(shapes("zoedepth"))
NETWORK = ZOE_DEPTH.load(WEIGHTS, nn, "tiny")
IMAGE = astronaut()[..., 40:140, 150:300]


def test_distances_are_those_of_their_pipeline():
    model = zoe_depth().eval()
    model.load_state_dict(WEIGHTS)
    processor = ZoeDepthImageProcessor(size={"height": 96, "width": 128}, ensure_multiple_of=32)
    pixels = processor(IMAGE[0], do_rescale=False, return_tensors="pt")["pixel_values"]
    size = [tuple(IMAGE.shape[-2:])]
    with torch.no_grad():
        found = processor.post_process_depth_estimation(model(pixels), source_sizes=size, target_sizes=size)
    expected = found[0]["predicted_depth"]
    own = metres(IMAGE, NETWORK, 96)[0, 0]
    assert own.shape == expected.shape and expected.std() > 0
    assert torch.allclose(own, expected, rtol=0, atol=1e-4)


def test_near_is_white_between_the_percentiles_of_controlnets_training():
    distance = metres(IMAGE, NETWORK, 64)[0, 0].numpy()
    near, far = np.percentile(distance, [2, 85])
    shown = depth_of_zoe(IMAGE, network=NETWORK, input_size=64)[0, 0].numpy()
    assert np.allclose(shown, ((far - distance) / (far - near)).clip(0, 1), atol=1e-4)
    assert shown.min() == 0 and shown.max() == 1


def test_distances_can_be_had_in_metres():
    given = depth_of_zoe(IMAGE, network=NETWORK, input_size=64, output="metres")
    assert torch.equal(given, metres(IMAGE, NETWORK, 64).expand(-1, 3, -1, -1))
