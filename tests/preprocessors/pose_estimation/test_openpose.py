"""OpenPose as a node runs it: which files it needs, and what it finds in an image of any shape."""

import folder_paths
import pytest
import torch
from safetensors.torch import save_file

from armature.errors import MissingWeights
from armature.host.preprocessing import preprocess
from armature.preprocessors.pose_estimation.openpose import NETWORKS, OPENPOSE, WIDEST, found_bodies
from armature.preprocessors.running import Working

from ...host.folders import roots
from ..annotators import MANIFESTS, random_weights
from ..samples import photo

FILES = {name: network.files[0].name for name, network in NETWORKS.items()}


@pytest.fixture
def bodies_only(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "filename_list_cache", {})
    roots(monkeypatch, "annotators", tmp_path)
    save_file(random_weights(MANIFESTS["narrow_openpose_body"]), tmp_path / "body_pose_model.safetensors")


@pytest.mark.parametrize("part, file", [("detect_hands", "hand_pose_model.pth"), ("detect_face", "facenet.pth")])
def test_a_part_that_is_not_asked_for_needs_no_file(bodies_only, part, file):
    both = FILES | {"detect_hands": "disable", "detect_face": "disable"}
    assert preprocess(OPENPOSE, photo(1, 24, 32), both, Working())[0].shape == (1, 24, 32, 3)
    with pytest.raises(MissingWeights, match=f"{file} is missing.*no commercial use"):
        preprocess(OPENPOSE, photo(1, 24, 32), both | {part: "enable"}, Working())


@pytest.mark.parametrize(
    "height, width, looked",
    [(368, 300, (184, 152)), (100, 60, (184, 112)), (10, 1000, (16, WIDEST)), (1000, 2, (184, 8))],
)
def test_the_network_looks_at_184_rows_or_fewer_of_what_is_very_wide(height, width, looked):
    seen = []

    def network(image):
        seen.append(tuple(image.shape))
        cells = [side // 8 for side in image.shape[-2:]]
        return torch.zeros(1, 38, *cells), torch.zeros(1, 19, *cells)

    frame = (photo(1, height, width)[0] * 255).byte().numpy()
    assert found_bodies(frame, network, torch.device("cpu")) == [] and seen == [(1, 3, *looked)]
