import folder_paths
import pytest
import torch
from safetensors.torch import save_file

from armature.errors import MissingWeights
from armature.host.preprocessing import preprocess
from armature.preprocessors.line_art.realistic import LINE_ART_REALISTIC
from armature.preprocessors.running import Working

from ..preprocessors.annotators import random_weights
from ..preprocessors.tiny_networks import shapes
from .folders import roots

NAMES = {"network": "sk_model.pth", "coarse_network": "sk_model2.pth"}


def test_a_network_is_asked_only_where_another_option_wants_it(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "filename_list_cache", {})
    roots(monkeypatch, "annotators", tmp_path)
    save_file(random_weights(shapes("lineart_coarse")), tmp_path / "sk_model2.safetensors")
    image = torch.rand(1, 20, 30, 3, generator=torch.Generator().manual_seed(0))
    drawn = preprocess(LINE_ART_REALISTIC, image, NAMES | {"coarse": "enable"}, Working())[0]
    assert drawn.shape == image.shape and drawn.std() > 0.01
    for values in (NAMES, NAMES | {"coarse": "disable"}):
        with pytest.raises(MissingWeights, match=r"sk_model\.pth is missing"):
            preprocess(LINE_ART_REALISTIC, image, values, Working())
