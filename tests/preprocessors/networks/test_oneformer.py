"""OneFormer beside transformers' own pipeline of it."""

import numpy as np
import torch
from comfy.sd1_clip import SDTokenizer
from torch import nn
from transformers import OneFormerImageProcessor

from armature.preprocessors.network_input import linear, normalized, seen_size
from armature.preprocessors.networks.oneformer import ONEFORMER, TASK
from armature.preprocessors.segments.network import highest

from ..annotators import random_weights
from ..photographs import astronaut
from ..tiny_networks import decided, oneformer, shapes

MODEL = oneformer().eval()
WEIGHTS = decided(random_weights(shapes("oneformer")))
MODEL.load_state_dict(WEIGHTS)
NETWORK = ONEFORMER.load(WEIGHTS, nn, "tiny")
IMAGE = astronaut()[..., 40:140, 150:300]
PROCESSOR = OneFormerImageProcessor(size={"shortest_edge": 64, "longest_edge": 256}, num_text=0, num_labels=150)


def test_the_task_is_in_clips_tokens():
    tokens = [token for token, _ in SDTokenizer().tokenize_with_weights("the task is semantic")[0]]
    assert tuple(tokens[: len(TASK)]) == TASK


def test_it_gives_the_classes_that_their_pipeline_gives():
    size = tuple(IMAGE.shape[-2:])
    seen = normalized(linear(IMAGE, seen_size(IMAGE, 64, 1)))
    with torch.no_grad():
        out = MODEL(seen, torch.tensor([[*TASK, *[0] * 70]]))
        theirs = PROCESSOR.post_process_semantic_segmentation(out, target_sizes=[size])[0].numpy()
        own = highest(NETWORK(seen), size)[0]
    assert np.array_equal(own, theirs) and len(np.unique(own)) > 3


def test_it_sees_what_their_pipeline_sees():
    """But for the rounding to 8 bits after it resized."""
    pixels = PROCESSOR((IMAGE[0] * 255).byte(), task_inputs=["semantic"], return_tensors="pt")["pixel_values"]
    seen = normalized(linear(IMAGE, seen_size(IMAGE, 64, 1)))
    assert torch.allclose(seen, pixels, rtol=0, atol=1 / 255 / 0.224) and seen.std() > 0.1
