import pytest
import torch
from comfy_extras.nodes_depth_anything_3 import DA3Render
from comfy_extras.nodes_moge import MoGeRender

from armature.errors import MissingInput
from armature.host.preprocessing import preprocess
from armature.preprocessors.depth.geometry import DEPTH_GEOMETRY
from armature.preprocessors.running import Working


@pytest.fixture
def packet():
    """Two frames; the second has its sky at the top."""
    generator = torch.Generator().manual_seed(0)
    depth = torch.rand(2, 40, 50, generator=generator) * torch.linspace(20, 2, 40)[:, None] + 0.5
    sky = torch.zeros_like(depth)
    sky[1, :7] = 0.9
    return {"depth": depth, "sky": sky, "image": torch.rand(2, 40, 50, 3), "mode": "mono"}


def rendered(packet, image=None, **options):
    return preprocess(DEPTH_GEOMETRY, image, {"geometry": packet} | options, Working())[0]


def test_it_starts_as_comfyuis_moge_render(packet):
    del packet["sky"]
    packet["depth"][0, 3:5] = float("inf")
    expected = MoGeRender.execute(packet, "depth")[0]
    assert torch.allclose(rendered(packet), expected, atol=2e-6)


def test_linear_with_one_percent_is_comfyuis_depth_anything_3_render(packet):
    output = {"output": "depth", "normalization": "v2_style", "apply_sky_clip": False}
    expected = DA3Render.execute(packet, output)[0]
    out = rendered(packet, spread="linear", far_percent=1.0, near_percent=1.0)
    assert torch.allclose(out, expected, atol=2e-6) and not out[1, :7].any()


def test_linear_with_no_percent_is_its_min_max(packet):
    del packet["sky"]
    output = {"output": "depth", "normalization": "min_max", "apply_sky_clip": False}
    expected = DA3Render.execute(packet, output)[0]
    assert torch.allclose(rendered(packet, spread="linear", far_percent=0.0, near_percent=0.0), expected, atol=2e-6)


def test_a_large_image_gives_the_same_again():
    depth = 1 + torch.rand(1, 400, 300, generator=torch.Generator().manual_seed(0))
    once, again = (rendered({"depth": depth}, spread="linear", far_percent=1.0, near_percent=1.0) for _ in range(2))
    assert torch.equal(once, again)


def test_the_map_has_the_images_size(packet):
    assert rendered(packet).shape == (2, 40, 50, 3)
    assert rendered(packet, torch.rand(2, 80, 100, 3)).shape == (2, 80, 100, 3)


def test_a_geometry_without_depth_is_refused():
    with pytest.raises(MissingInput, match="has points, but no depth"):
        rendered({"points": torch.zeros(1, 2, 2, 3)})
