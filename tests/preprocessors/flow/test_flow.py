import cv2
import numpy as np
import pytest
import torch
from skimage import data
from torchvision.models.optical_flow import raft_large

from armature.preprocessors.flow.colours import coloured
from armature.preprocessors.flow.dis import dis_flow, dis_maps
from armature.preprocessors.flow.raft import raft_flow, raft_maps

from ..photographs import astronaut
from ..samples import Drift


def stereo():
    left, right, disparity = data.stereo_motorcycle()
    left, right = (torch.from_numpy(view).movedim(-1, 0)[None].float() / 255 for view in (left, right))
    return left, right, disparity


def test_dis_finds_the_true_motion_of_a_stereo_pair():
    left, right, disparity = stereo()
    flow, known = dis_flow(left, right).numpy(), np.isfinite(disparity) & (disparity > 0)
    error = np.hypot(flow[0] + np.where(known, disparity, 0), flow[1])[known]
    assert np.median(error) < 0.5 and (error < 3).mean() > 0.8


def shifted(by):
    """Crops of a photograph that move over it: what is seen goes the other way."""
    big = astronaut()
    return torch.cat([big[..., 100 : 300 - 0, 150 - dx : 390 - dx] for dx in by])


def test_dis_finds_a_shift():
    flow = dis_flow(*shifted([0, 6]).split(1))
    inner = flow[:, 20:-20, 20:-20]
    assert inner[0].median() == pytest.approx(6, abs=0.1) and inner[1].median() == pytest.approx(0, abs=0.1)


def test_each_frame_has_a_map_of_its_neighbour_and_the_end_repeats():
    frames = shifted([0, 6, 18])
    ahead = [coloured(dis_flow(frames[i : i + 1], frames[i + 1 : i + 2]), 0) for i in (0, 1)]
    back = [coloured(dis_flow(frames[i : i + 1], frames[i - 1 : i]), 0) for i in (1, 2)]
    forward = torch.cat(list(dis_maps(frames)))
    assert torch.equal(forward, torch.cat((ahead[0], ahead[1], ahead[1])))
    backward = torch.cat(list(dis_maps(frames, direction="to the previous frame")))
    assert torch.equal(backward, torch.cat((back[0], back[0], back[1])))


def test_a_lone_image_is_at_rest():
    assert (torch.cat(list(dis_maps(astronaut()))) == 1).all()


@pytest.mark.parametrize("size", [(128, 136), (60, 201)], ids=str)
def test_raft_gives_pixels_of_the_image_whatever_the_networks_size(size):
    """The stand-in finds a shift of the network's pixels; sides become multiples of 8, and 128 at least."""
    first, second = torch.zeros(1, 3, *size), torch.full((1, 3, *size), 0.25)
    flow = raft_flow(first, second, Drift(), updates=4)
    assert flow.shape == (2, *size)
    assert torch.allclose(flow[0], torch.full(size, 2.0 * size[1] / max(128, round(size[1] / 8) * 8)))
    assert (flow[1] == 0).all()


def test_raft_asks_torchvisions_network_for_its_last_and_finest_flow():
    torch.manual_seed(0)
    network = raft_large(weights=None).eval()
    left, right = (view[..., 100:228, 100:236] for view in stereo()[:2])
    with torch.no_grad():
        expected = network(left * 2 - 1, right * 2 - 1, num_flow_updates=1)[-1][0]
    assert torch.equal(raft_flow(left, right, network, updates=1), expected)
    (one, two) = raft_maps(torch.cat((left, right)), flow_model=network, updates=1)
    assert torch.equal(one, coloured(expected, 0)) and torch.equal(one, two)


def test_small_frames_are_extended_not_refused():
    small = cv2.resize(astronaut()[0].movedim(0, -1).numpy(), (9, 5), interpolation=cv2.INTER_AREA)
    frames = torch.from_numpy(small).movedim(-1, 0)[None].repeat(2, 1, 1, 1)
    assert (torch.cat(list(dis_maps(frames, fastest=10.0))) > 0.99).all()
