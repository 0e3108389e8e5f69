"""What the benchmarks measure has the shapes of the published files."""

import pytest

from armature.benchmarks.bases import Shape
from armature.benchmarks.networks import control_lora, controlnet, lllite, t2i_adapter, union, xs_48m, xs_53m
from armature.control.backend import Backend
from armature.host.loading import recognised

from ..control.manifests import MANIFESTS, checkpoint

UNUSED = ("scale_list", "control_model.label_emb.")  # all ones, and weights that nothing calls


@pytest.mark.parametrize(
    "network, base, published",
    [
        (controlnet, "SD 1.5", "controlnet_sd15_ldm"),
        (controlnet, "SDXL", "controlnet_sdxl_ldm"),
        (xs_53m, "SD 1.5", "controlnetxs_official_sd15_typeB_r0.2"),
        (xs_48m, "SDXL", "controlnetxs_official_sdxl_typeB_r0.1"),
        (t2i_adapter, "SD 1.5", "t2i_sd15_full"),
        (t2i_adapter, "SDXL", "t2i_sdxl_orig"),
        (control_lora, "SDXL", "control_lora_sdxl_rank128"),
        (lllite, "SDXL", "controlnet_lllite_sdxl"),
    ],
)
def test_keys_and_shapes_are_the_published_ones(network, base, published):
    expected = {key: shape for key, shape in MANIFESTS[published].items() if not key.startswith(UNUSED)}
    assert {key: list(tensor.shape) for key, tensor in network(Shape(base)).items()} == expected


def test_a_union_is_the_published_one_under_other_names():
    file = checkpoint("controlnet_union_sdxl")
    architecture, layout = recognised(file)
    published = architecture.load(file, layout, Backend()).state_dict()
    ours = union(Shape("SDXL"))
    assert sum(t.numel() for t in ours.values()) == sum(t.numel() for t in published.values())
