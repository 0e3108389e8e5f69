"""What Advanced-ControlNet 1.5.8's own nodes draw on the practice model: (B, H, W, 3) by workflow.

`ADVANCED_CONTROLNET=its_folder pytest tests/compatibility --record` writes it.
"""

from pathlib import Path

import comfy.cldm.cldm
import comfy.controlnet
import comfy.ops
import comfy.t2i_adapter.adapter
import comfy.utils
import numpy as np
import torch
from safetensors.torch import load_file

from armature.host.practice import practice_controls
from armature.practice.shape import UNET

from ..host import tiny
from .workflows import run

PATH = Path(__file__).parent.parent / "data" / "neighbours.npz"
RECORDED = dict(np.load(PATH)) if PATH.exists() else {}
LEVELS = 2  # of 255, that an image may differ: theirs multiplies one after the other, ours once


def core_control(name):
    """A control file of the practice model as ComfyUI's own control; its loader knows no network this small."""
    weights = {key: weight.float() for key, weight in load_file(practice_controls()[name]).items()}
    if "adapter" in name:
        network = comfy.t2i_adapter.adapter.Adapter([32, 64, 64, 64], 2, 192, 1, sk=True, use_conv=False, xl=False)
        network.load_state_dict(weights)
        return comfy.controlnet.T2IAdapter(network, network.input_channels, 8, "nearest-exact", device=tiny.CPU)
    shape = {key: value for key, value in UNET.items() if key != "out_channels"}
    operations = comfy.ops.disable_weight_init
    network = comfy.cldm.cldm.ControlNet(hint_channels=3, operations=operations, dtype=torch.float32, **shape)
    assert weights.keys() == network.state_dict().keys()
    for key, weight in weights.items():
        comfy.utils.set_attr_param(network, key, weight)  # its hint encoder is narrower than ComfyUI makes them
    return tiny.core_control(network.eval())


def images(prompt, known, given):
    """The images that a workflow saves, in 8 bits."""
    with torch.no_grad():
        found = run(prompt, "SaveImage", known, given)["images"]
    return (255 * found).clip(0, 255).byte().numpy()


def apart(one, other):
    """The largest difference, in levels of 255."""
    return int(np.abs(one.astype(int) - other).max())


def agree_or_record(drawn, record):
    if record:
        RECORDED.update(drawn)
        np.savez_compressed(PATH, **dict(sorted(RECORDED.items())))
    far = {name: levels for name in drawn if (levels := apart(drawn[name], RECORDED[name])) > LEVELS}
    assert not far
