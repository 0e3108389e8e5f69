"""OpenPose's networks: Cao et al. 2017, arXiv:1611.08050, and Simon et al. 2017, arXiv:1704.07809.

Layers and their names as Hzzone/pytorch-openpose, src/model.py, carries the Caffe models; the face network as in
lllyasviel/Annotators, facenet.pth. The weights, also converted ones, are licensed by CMU for non-commercial use only.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from ..pretrained import Pretrained, Published, Weights, unwrapped

POOL = "pool"
VGG = (
    *("conv1_1", "conv1_2", POOL, "conv2_1", "conv2_2", POOL),
    *("conv3_1", "conv3_2", "conv3_3", "conv3_4", POOL, "conv4_1", "conv4_2"),
)
BODY_TRUNK = (*VGG, "conv4_3_CPM", "conv4_4_CPM")
TRUNK = (*VGG, "conv4_3", "conv4_4", "conv5_1", "conv5_2", "conv5_3_CPM")
STAGES = range(2, 7)
BONES, POINTS = 38, 19  # x and y of 19 bones; 18 points and the background
HAND_MAPS, FACE_MAPS = 22, 71  # the points, and the background as the last


class Convolutions(nn.Module):
    """Named convolutions of stride 1 that keep the size, run in chains."""

    def __init__(self, weights: Weights, ops: Any):
        super().__init__()
        for key, weight in weights.items():
            if key.endswith(".weight"):
                outputs, inputs, size, _ = weight.shape
                layer = ops.Conv2d(inputs, outputs, size, padding=size // 2)
                self.add_module(key.removesuffix(".weight"), layer)

    def chain(self, x: Tensor, names: Iterable[str], last: Callable[[Tensor], Tensor] = torch.relu) -> Tensor:
        """Each layer in turn with a ReLU after it; after the last one `last` in its place."""
        *before, end = names
        for name in before:
            x = max_pool2d(x, 2) if name == POOL else torch.relu(getattr(self, name)(x))
        return last(getattr(self, end)(x))


class BodyNetwork(Convolutions):
    """(B, 3, H, W) in BGR, -0.5 to 0.5, sides multiples of 8 -> bones (B, 38, H/8, W/8), points (B, 19, H/8, W/8)."""

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        features = self.chain(image, BODY_TRUNK)
        bones, points = (self.chain(features, _branch(f"conv5_{{}}_CPM_L{one}", 5), _same) for one in (1, 2))
        for stage in STAGES:
            x = torch.cat([bones, points, features], 1)
            bones = self.chain(x, _branch(f"Mconv{{}}_stage{stage}_L1", 7), _same)
            # The port's list of layers without ReLU names the last of L1 twice and that of L2 not at all.
            last = torch.relu if stage == STAGES[-1] else _same
            points = self.chain(x, _branch(f"Mconv{{}}_stage{stage}_L2", 7), last)
        return bones, points


class PartNetwork(Convolutions):
    """A hand or a face, (B, 3, H, W) in BGR, -0.5 to 0.5 -> a map for each point (B, C, H/8, W/8), background last."""

    def forward(self, image: Tensor) -> Tensor:
        features = self.chain(image, TRUNK)
        maps = self.chain(features, ("conv6_1_CPM", "conv6_2_CPM"), _same)
        for stage in STAGES:
            maps = self.chain(torch.cat([maps, features], 1), _branch(f"Mconv{{}}_stage{stage}", 7), _same)
        return maps


def _branch(pattern: str, length: int) -> list[str]:
    return [pattern.format(number) for number in range(1, length + 1)]


def _same(x: Tensor) -> Tensor:
    return x


def _flat(weights: Weights) -> dict[str, Tensor]:
    """Without the port's own names of its parts: "model1_0.conv1_1.weight" is "conv1_1.weight" in the files."""
    return {".".join(key.split(".")[-2:]): weight for key, weight in unwrapped(weights).items()}


def _of_part(weights: Weights, maps: int) -> dict[str, Tensor]:
    """Nothing if they are another part's: hands and faces differ in the number of maps alone."""
    flat = _flat(weights)
    last = flat.get("conv6_2_CPM.bias")
    return flat if last is not None and last.shape == (maps,) else {}


def _published(name: str, size: int, sha256: str) -> Published:
    url = f"https://huggingface.co/lllyasviel/Annotators/resolve/main/{name}"
    return Published(name, url, size, sha256, "CMU OpenPose", non_commercial=True)


OPENPOSE_BODY = Pretrained(
    id="openpose_body",
    signature=("conv4_4_CPM.weight", "Mconv7_stage6_L1.weight", "Mconv7_stage6_L2.weight"),
    build=BodyNetwork,
    files=(
        _published(
            "body_pose_model.pth", 209_267_595, "25a948c16078b0f08e236bda51a385d855ef4c153598947c28c0d47ed94bb746"
        ),
    ),
    canonical=_flat,
)
OPENPOSE_HAND = Pretrained(
    id="openpose_hand",
    signature=("conv5_3_CPM.weight", "Mconv7_stage6.weight"),
    build=PartNetwork,
    files=(
        _published(
            "hand_pose_model.pth", 147_341_049, "b76b00d1750901abd07b9f9d8c98cc3385b8fe834a26d4b4f0aad439e75fc600"
        ),
    ),
    canonical=partial(_of_part, maps=HAND_MAPS),
)
OPENPOSE_FACE = Pretrained(
    id="openpose_face",
    signature=("conv5_3_CPM.weight", "Mconv7_stage6.weight"),
    build=PartNetwork,
    files=(_published("facenet.pth", 153_718_792, "8beb52e548624ffcc4aed12af7aee7dcbfaeea420c75609fee999fe7add79d43"),),
    canonical=partial(_of_part, maps=FACE_MAPS),
)
