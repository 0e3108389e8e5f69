from pathlib import Path

import pytest
import torch

from armature.control.checkpoint import Checkpoint
from armature.control.pooling import pools_globally
from armature.errors import IncompatibleCheckpoint

SHUFFLE, OTHER = Path("control_v11e_sd15_shuffle.pth"), Path("shuffle_canny.pth")
NETS = ["zero_convs.0.0.weight", "control_model.zero_convs.0.0.weight", "controlnet_down_blocks.0.weight"]


def file(*keys, **metadata):
    return Checkpoint({key: torch.zeros(1) for key in keys}, "mine.pth", metadata)


@pytest.mark.parametrize("key", NETS)
@pytest.mark.parametrize("name", [SHUFFLE, Path("a/b_shuffle_fp16.safetensors"), Path("_shuffle.pth")], ids=str)
def test_a_controlnet_with_the_name_is_pooled_as_in_core(key, name):
    assert pools_globally(file(key), name)


@pytest.mark.parametrize("name", [OTHER, Path("x_shuffle_fp32.pth"), Path("x_shuffle/canny.pth")], ids=str)
def test_without_the_name_it_is_not(name):
    assert not pools_globally(file(NETS[0]), name)


@pytest.mark.parametrize("keys", [["body.0.block1.weight"], [NETS[0], "lora_controlnet"], ["enc_zero_convs_in.0.0.x"]])
def test_the_name_alone_pools_nothing(keys):
    assert not pools_globally(file(*keys), SHUFFLE)


@pytest.mark.parametrize("key", ["global_average_pooling", "global_pool_conditions"])
@pytest.mark.parametrize("said, meant", [("true", True), ("True", True), ("false", False), ("False", False)])
@pytest.mark.parametrize("name", [SHUFFLE, OTHER], ids=str)
def test_metadata_overrules_the_name(key, said, meant, name):
    assert pools_globally(file(NETS[0], **{key: said}), name) is meant


def test_metadata_that_says_neither_is_refused():
    with pytest.raises(IncompatibleCheckpoint, match="'maybe'"):
        pools_globally(file(NETS[0], global_average_pooling="maybe"), OTHER)
