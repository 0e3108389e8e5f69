import pytest
import torch
from comfy_extras.nodes_canny import Canny

from armature.preprocessors.edges.core import core_canny

from ..photographs import coffee


@pytest.mark.parametrize("low, high", [(0.4, 0.8), (0.1, 0.3)])
def test_it_is_comfyuis_own_node(low, high):
    image = coffee()[..., :300, :400]
    theirs = Canny.execute(image.movedim(1, -1), low, high)[0].movedim(-1, 1)
    ours = core_canny(image, low=low, high=high)
    assert torch.equal(ours, theirs.cpu().float()) and 0 < ours.mean() < 0.5
