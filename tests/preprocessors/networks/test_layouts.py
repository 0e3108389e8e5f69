"""Every network beside all published layouts that are known, its own and those of others."""

import pytest
import torch

from armature.host.annotators import published

from ..annotators import MANIFESTS

NETWORKS = {network.id: network for _, network in published().values()}
DEPTH_ANYTHING = [f"depth_anything_v2_{size}" for size in ("vits", "vitb", "vitl")]
DEPTH_ANYTHING += [f"hf_depth_anything_v2_{size}" for size in ("small", "base", "large")]
LAYOUTS = {
    "depth_anything_v2": DEPTH_ANYTHING,
    "dwpose": ["dwpose_rtmpose_l_384"],
    "lineart_coarse": ["lineart"],
    "midas_vitb_rn50_384": ["midas_vitb_rn50_384", "hf_dpt_hybrid"],
    "mlsd": ["mlsd", "mlsd_tiny"],
    "mteed": ["teed"],
    "oneformer": ["hf_oneformer_swinl"],
    "segformer": ["hf_segformer_b5_ade"],
    "upernet": ["hf_upernet_convnext_small"],
    "vitpose": ["hf_vitpose_base"],
    "zoedepth": ["hf_zoedepth_nk"],
}
"""The layouts of a network that are not called as it is."""
OWN = [(id, layout) for id, one in NETWORKS.items() if not one.filled for layout in LAYOUTS.get(id, [id])]


def outline(layout):
    return {key: torch.empty(shape, device="meta") for key, shape in MANIFESTS[layout].items()}


@pytest.mark.parametrize("id", NETWORKS)
def test_a_networks_keys_tell_it_from_all_others(id):
    fitting = {layout for layout in MANIFESTS if NETWORKS[id].fits(outline(layout))}
    narrow = {layout for layout in MANIFESTS if layout.startswith("narrow_")}
    assert fitting - narrow == set(LAYOUTS.get(id, [id]))


@pytest.mark.parametrize("id, layout", OWN)
def test_each_weight_of_a_published_file_has_a_place_and_each_place_a_weight(id, layout):
    network, weights = NETWORKS[id], outline(layout)
    with torch.device("meta"):
        held = network.load(weights, torch.nn, layout).state_dict()
    expected = network.canonical(weights)
    assert {key: weight.shape for key, weight in held.items()} == {key: w.shape for key, w in expected.items()}
