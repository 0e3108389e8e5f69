import cv2
import numpy as np
import pytest
import torch

from armature.preprocessors.normals.midas import normals_of_midas


def depth(height=40, width=50):
    y, x = np.mgrid[:height, :width]
    return (900 + 500 * np.sin(x / 9) * np.cos(y / 7)).astype(np.float32)


def reference(raw, background, a):
    """ControlNet 1.0's formula on MiDaS's numbers, in 8 bits, RGB."""
    unit = raw - raw.min()
    unit = unit / unit.max()
    gradient = [cv2.Sobel(raw, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(raw, cv2.CV_32F, 0, 1, ksize=3)]
    gradient = [np.where(unit < background, 0, g) for g in gradient]
    normal = np.stack([*gradient, np.full_like(raw, a)], axis=2)
    normal /= (normal**2).sum(axis=2, keepdims=True) ** 0.5
    return (normal * 127.5 + 127.5).clip(0, 255).astype(np.uint8)[:, :, ::-1]


@pytest.mark.parametrize("background, a", [(0.1, 6.28), (0.4, 3.0), (0.0, 6.28)])
def test_it_is_the_formula_of_controlnet_1(background, a):
    raw = depth()
    span = float(np.ptp(raw))
    picture = torch.from_numpy((raw - raw.min()) / span)[None, None].expand(-1, 3, -1, -1)
    out = normals_of_midas(picture, background=background, contrast=round(span, 3), a=a)
    theirs = reference(raw, background, a).astype(np.float32)
    assert np.abs(out[0].movedim(0, -1).numpy() * 255 - theirs).max() <= 1.01  # theirs is cut to 8 bits


def test_other_conventions_hold_the_same_normals():
    picture = torch.rand(1, 1, 9, 9).expand(-1, 3, -1, -1)
    assert torch.equal(normals_of_midas(picture, convention="BAE"), normals_of_midas(picture).flip(1))


def test_a_flat_depth_faces_the_viewer():
    out = normals_of_midas(torch.full((1, 3, 4, 5), 0.6))
    assert torch.allclose(out[0, :, 2, 2], torch.tensor([1, 0.5, 0.5]))
