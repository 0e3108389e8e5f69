import pytest
import torch

from armature.host.preprocessing import preprocess
from armature.preprocessors.inpaint import INPAINT_HINT, inpaint_hint
from armature.preprocessors.running import Working

from .photographs import astronaut


@pytest.mark.parametrize("black, mark", [(False, -1.0), (True, 0.0)])
def test_what_is_to_be_painted_is_marked_and_the_rest_is_the_image(black, mark):
    image, mask = astronaut(), torch.zeros(1, 1, 512, 512)
    mask[..., 100:200, 50:90], mask[..., 300:, :] = 0.51, 0.5
    hint = inpaint_hint(image, mask=mask, black=black)
    assert (hint[..., 100:200, 50:90] == mark).all()
    hint[..., 100:200, 50:90] = image[..., 100:200, 50:90]
    assert torch.equal(hint, image)


def test_one_mask_serves_a_batch():
    image, mask = torch.rand(2, 8, 8, 3), torch.zeros(1, 4, 4)
    mask[:, :2] = 1
    (hint,) = preprocess(INPAINT_HINT, image, {"mask": mask, "black": False, "threshold": 0.5}, Working())
    assert (hint[:, :4] == -1).all() and torch.equal(hint[:, 4:], image[:, 4:])


def test_at_another_working_size_the_mark_is_not_mixed():
    image, mask = astronaut().movedim(1, -1), torch.zeros(1, 512, 512)
    mask[:, 100:333] = 1
    (hint,) = preprocess(INPAINT_HINT, image, {"mask": mask, "black": False, "threshold": 0.5}, Working(200))
    assert set(hint[hint < 0].tolist()) == {-1.0}
