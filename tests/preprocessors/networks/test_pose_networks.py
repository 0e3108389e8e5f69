"""The networks that find poses, against outputs of the modules of the peers with the same random weights.

tests/data/pose_networks.npz holds them: OpenPose's from comfyui_controlnet_aux 1.1.5, open_pose/model.py and face.py;
RTMPose's, every 19th point and every 8th bin, from mmpose 1.3.2 with mmcv's ConvModule written out.
"""

import numpy as np
import pytest
import torch
from torch import nn

from armature.errors import IncompatibleCheckpoint
from armature.preprocessors.networks.openpose import OPENPOSE_BODY, OPENPOSE_FACE, OPENPOSE_HAND
from armature.preprocessors.networks.rtmpose import RTMPOSE
from armature.preprocessors.networks.vitpose import VITPOSE
from armature.preprocessors.onnx import read_onnx

from ...conftest import ROOT
from ..annotators import MANIFESTS, SMALLER, random_weights
from ..test_onnx import model, node, saved, weight

GOLDEN = np.load(ROOT / "tests" / "data" / "pose_networks.npz")
ALL = {"openpose_body": OPENPOSE_BODY, "openpose_hand": OPENPOSE_HAND, "openpose_face": OPENPOSE_FACE}
ALL |= {"dwpose_rtmpose_l_384": RTMPOSE, "hf_vitpose_base": VITPOSE}


def noise(*shape, seed):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def loaded(manifest):
    return ALL[manifest].load(random_weights(MANIFESTS[manifest]), nn, manifest)


def small(pretrained):
    return random_weights(MANIFESTS[SMALLER[pretrained.id]])


@torch.no_grad()
@pytest.mark.parametrize(
    "part, names", [("body", ("body_fields", "body_points")), ("hand", ["hand"]), ("face", ["face"])]
)
def test_openposes_networks_are_the_peers(part, names):
    outputs = loaded(f"openpose_{part}")(noise(1, 3, 32, 32, seed=1) - 0.5)
    for output, name in zip(outputs if part == "body" else [outputs], names):
        assert np.abs(GOLDEN[name]).max() > 0.3
        assert torch.allclose(output, torch.from_numpy(GOLDEN[name]), rtol=0, atol=1e-5)


def test_no_last_bone_map_is_cut_at_zero_but_each_last_point_map_is():
    assert GOLDEN["body_fields"].min() < 0 <= GOLDEN["body_points"].min()


@torch.no_grad()
def test_rtmpose_is_mmposes():
    along_x, along_y = loaded("dwpose_rtmpose_l_384")(noise(1, 3, 384, 288, seed=2) * 4 - 2)
    assert along_x.shape == (1, 133, 576) and along_y.shape == (1, 133, 768)
    for output, name in ((along_x, "along_x"), (along_y, "along_y")):
        assert torch.allclose(output[0, ::19, ::8], torch.from_numpy(GOLDEN[name]), rtol=0, atol=1e-6)


@torch.no_grad()
def test_vitpose_is_transformers():
    from transformers import VitPoseConfig, VitPoseForPoseEstimation

    weights = random_weights(MANIFESTS["hf_vitpose_base"])
    backbone = {"model_type": "vitpose_backbone", "image_size": [256, 192], "out_indices": [12]}
    with torch.device("meta"):
        reference = VitPoseForPoseEstimation(VitPoseConfig(backbone_config=backbone, num_labels=17)).eval()
    reference.load_state_dict(weights, assign=True)
    image, own = noise(1, 3, 256, 192, seed=3), VITPOSE.load(weights, nn, "vitpose")
    assert own.size == (256, 192)
    assert torch.allclose(own(image), reference(pixel_values=image).heatmaps, rtol=0, atol=1e-5)


@pytest.mark.parametrize("own", ALL.values(), ids=lambda one: one.id)
def test_a_network_knows_its_own_files_from_the_others(own):
    for other in ALL.values():
        assert own.fits(small(other)) == (own is other)


@pytest.mark.parametrize("own", ALL.values(), ids=lambda one: one.id)
@pytest.mark.parametrize("prefix", ["", "module.", "state_dict."])
def test_halves_and_wrapped_names_load(own, prefix):
    weights = small(own)
    wrapped = {prefix + key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in weights.items()}
    network = own.load(wrapped, nn, "wrapped")
    assert all(tensor.dtype == torch.float32 for tensor in network.parameters())


def test_a_file_of_openpose_may_lack_the_names_of_its_parts():
    weights = small(OPENPOSE_BODY)
    bare = {key.split(".", 1)[1]: tensor for key, tensor in weights.items()}
    image = noise(1, 3, 16, 24, seed=4)
    for one, other in zip(*(OPENPOSE_BODY.load(given, nn, "bare")(image) for given in (weights, bare))):
        assert torch.equal(one, other)


@pytest.mark.parametrize("own", ALL.values(), ids=lambda one: one.id)
def test_a_missing_weight_is_an_error(own):
    weights = small(own)
    gone = next(
        key for key in weights if own.fits({k: v for k, v in weights.items() if k != key}) and "num_b" not in key
    )
    del weights[gone]
    with pytest.raises(IncompatibleCheckpoint, match="do not fit"):
        own.load(weights, nn, "short")


HEAD = (  # as the head's formula uses them
    *("final_layer.weight", "final_layer.bias", "mlp.0.g", "mlp.1.weight", "gau.ln.g", "gau.uv.weight", "gau.gamma"),
    *("gau.beta", "gau.o.weight", "gau.res_scale.scale", "cls_x.weight", "cls_y.weight"),
)


def exported(weights):
    """As PyTorch's exporter leaves RTMPose: in order, folded and transposed weights under numbers, gamma extended."""
    for number, (name, tensor) in enumerate(weights.items()):
        if ".conv." in name:
            yield f"onnx::Conv_{number}", tensor
        elif name == "head.gau.gamma":
            yield f"onnx::Mul_{number}", tensor[None, None]
        elif name.startswith("head.") and name.endswith(".weight") and tensor.ndim == 2:
            yield f"onnx::MatMul_{number}", tensor.T
        else:
            yield name, tensor


@torch.no_grad()
def test_rtmpose_loads_from_an_exported_file(tmp_path):
    weights = small(RTMPOSE)
    network = RTMPOSE.load(weights, nn, "named")
    used: dict[str, torch.Tensor] = {}
    for name, module in network.named_modules():
        module.register_forward_hook(lambda module, given, out, name=name: used.update(own(name, module)))
    image = noise(1, 3, 128, 96, seed=5)
    expected = network(image)
    backbone = {name: tensor for name, tensor in used.items() if name.startswith("backbone.")}
    state = network.state_dict()
    in_order = dict(exported(backbone | {f"head.{name}": state[f"head.{name}"] for name in HEAD}))
    parts = [
        weight(name, tensor.shape, data=tensor.contiguous().numpy().tobytes()) for name, tensor in in_order.items()
    ]
    content = model(*parts[::-1], *(node("x", name) for name in in_order), weight("axes", (1,), 7, b"\1" + b"\0" * 7))
    numbered = RTMPOSE.load(read_onnx(saved(tmp_path, content)), nn, "numbered")
    for one, other in zip(numbered(image), expected):
        assert torch.equal(one, other)
    outline = read_onnx(tmp_path / "x.onnx", outline=True)
    assert RTMPOSE.fits(outline) and not OPENPOSE_HAND.fits(outline)


def own(name, module):
    """The weights of a module without parts, by their names in the network."""
    return {f"{name}.{key}": tensor for key, tensor in module.named_parameters(recurse=False)}


def test_an_exported_file_of_another_network_is_refused(tmp_path):
    content = model(weight("onnx::Conv_1"), node("x", "onnx::Conv_1"))
    assert not RTMPOSE.fits(read_onnx(saved(tmp_path, content)))
