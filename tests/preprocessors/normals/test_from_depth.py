import math

import pytest
import torch
from comfy_extras.nodes_moge import MoGeRender
from kornia.geometry.depth import depth_to_normals

from armature.preprocessors.normals.from_depth import normals_of_depth

HEIGHT, WIDTH, FOV = 48, 64, 60.0
FOCAL = WIDTH / 2 / math.tan(math.radians(FOV) / 2)
CAMERA = torch.tensor([[FOCAL, 0, (WIDTH - 1) / 2], [0, FOCAL, (HEIGHT - 1) / 2], [0, 0, 1]])


def rays():
    """(3, H, W): right, down, forward; the last is 1."""
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    pixels = torch.stack([x, y, torch.ones_like(x)]).float()
    return torch.einsum("ij,jhw->ihw", CAMERA.inverse(), pixels)


def plane(normal, away=4.0):
    """Distances (H, W) of the plane whose unit normal (right, down, forward) looks at the camera."""
    return -away / torch.einsum("i,ihw->hw", normal, rays())


def ball():
    """Distances (H, W) of a gentle dome, without an edge."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, HEIGHT), torch.linspace(-1, 1, WIDTH), indexing="ij")
    return 3 - 0.8 * torch.exp(-2 * (x * x + y * y))


def vectors(distance, **options):
    """(3, H, W) right, up, to the viewer."""
    image = distance[None, None].expand(-1, 3, -1, -1)
    options = {"depth": "distance", "field_of_view": FOV, "convention": "OpenGL"} | options
    return normals_of_depth(image, **options)[0] * 2 - 1


@pytest.mark.parametrize("smoothing", [0.0, 2.0])
@pytest.mark.parametrize("normal", [(0, 0, -1), (0, -0.8, -0.6), (0.6, 0, -0.8), (-0.3, 0.4, -0.866)], ids=str)
def test_a_plane_has_its_normal_everywhere(normal, smoothing):
    normal = torch.nn.functional.normalize(torch.tensor(normal).float(), dim=0)
    expected = (normal * torch.tensor([1, -1, -1]))[:, None, None].expand(-1, HEIGHT, WIDTH)
    assert torch.allclose(vectors(plane(normal), smoothing=smoothing), expected, atol=2e-4)


def test_it_agrees_with_kornia_on_a_curved_surface():
    kornias = depth_to_normals(ball()[None, None], CAMERA[None])[0]
    towards = kornias * -kornias[2].sign() * torch.tensor([1, -1, -1])[:, None, None]
    inner = (slice(None), slice(2, -2), slice(2, -2))
    assert torch.allclose(vectors(ball())[inner], towards[inner], atol=0.02)


def test_it_agrees_with_comfyuis_moge_in_opengl_and_directx():
    points = (rays() * ball()).movedim(0, -1)[None]
    for convention in ("OpenGL", "DirectX"):
        expected = MoGeRender.execute({"points": points}, f"normal_{convention.lower()}")[0][0] * 2 - 1
        out = vectors(ball(), convention=convention).movedim(0, -1)
        assert torch.allclose(out[2:-2, 2:-2], expected[2:-2, 2:-2], atol=0.02)


def test_a_depth_map_is_the_inverse_of_distance():
    near, far = 2.0, 20.0
    distance = plane(torch.nn.functional.normalize(torch.tensor([0.2, -0.5, -1.0]), dim=0), 5.0).clamp(near, far)
    nearness = (1 / distance - 1 / far) / (1 / near - 1 / far)
    out = vectors(nearness, depth="near is white", depth_range=far / near)
    assert torch.allclose(out, vectors(distance), atol=1e-3)


def test_the_same_scene_at_twice_the_size_has_the_same_normals():
    steep = plane(torch.nn.functional.normalize(torch.tensor([0.0, -1.0, -1.0]), dim=0))
    large = 1 / torch.nn.functional.interpolate(1 / steep[None, None], scale_factor=2, mode="bilinear")[0, 0]
    assert torch.allclose(vectors(large)[:, 8:-8:2, 8:-8:2], vectors(steep)[:, 4:-4, 4:-4], atol=2e-3)


def test_smoothing_takes_the_steps_of_eight_bits_away():
    tilted = plane(torch.nn.functional.normalize(torch.tensor([0.3, -0.3, -1.0]), dim=0))
    nearness = (1 / tilted - 1 / 20) / (1 / 2 - 1 / 20)
    coarse = (nearness * 255).round() / 255
    options = {"depth": "near is white"}
    errors = [(vectors(coarse, smoothing=s, **options) - vectors(nearness, **options)).abs().mean() for s in (0.0, 3.0)]
    assert errors[1] < errors[0] / 3


def test_where_there_is_no_distance_it_faces_the_viewer():
    out = vectors(torch.full((20, 20), float("inf")))
    assert torch.equal(out[:, 5, 5], torch.tensor([0.0, 0.0, 1.0]))
