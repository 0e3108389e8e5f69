from typing import Annotated

import pytest
import torch
from comfy import model_management, utils

from armature.errors import MismatchedBatch
from armature.host.preprocessing import preprocess
from armature.preprocessors.declare import Image, Keypoints, Mask, Output, Preprocessor
from armature.preprocessors.running import Working

SHADE = Preprocessor("Shade", "Shade", run=lambda image: image)


def covered(image, *, mask: Annotated[Mask, "What to cover."]):
    """Black where the mask is white."""
    return image * (1 - mask), mask, [{"canvas_width": image.shape[-1]}]


THREE = (Output(Image, "The rest."), Output(Mask, "The mask."), Output(Keypoints, "A frame."))
COVERED = Preprocessor("Covered", "Covered", run=covered, outputs=THREE)


@pytest.mark.parametrize("channels, expected", [(1, 0.2), (2, 0.6), (3, 0.2), (4, 0.6)])
def test_grey_is_spread_and_transparent_parts_are_laid_on_white(channels, expected):
    image = torch.full((1, 3, 4, channels), 0.2)
    if channels in (2, 4):
        image[..., -1] = 0.5
    assert torch.allclose(preprocess(SHADE, image, {}, Working())[0], torch.full((1, 3, 4, 3), expected))


@pytest.mark.parametrize("background, expected", [("white", 0.6), ("black", 0.1), ("ignore", 0.2)])
def test_what_transparent_parts_are_laid_on_is_a_choice(background, expected):
    image = torch.cat((torch.full((1, 3, 4, 3), 0.2), torch.full((1, 3, 4, 1), 0.5)), -1)
    out = preprocess(SHADE, image, {}, Working(), background)[0]
    assert torch.allclose(out, torch.full((1, 3, 4, 3), expected))


@pytest.mark.parametrize("mask", [torch.ones(3, 4), torch.ones(1, 3, 4), torch.ones(2, 6, 8)], ids=lambda m: m.ndim)
def test_a_mask_of_any_size_is_fitted_and_serves_all_frames(mask):
    rest, again, frames = preprocess(COVERED, torch.rand(2, 3, 4, 3), {"mask": mask}, Working())
    assert torch.equal(rest, torch.zeros(2, 3, 4, 3)) and torch.equal(again, torch.ones(2, 3, 4))
    assert frames == [{"canvas_width": 4}] * 2


def test_several_masks_of_one_image_give_several_maps():
    masks = torch.stack((torch.zeros(3, 4), torch.ones(3, 4)))
    rest, *_ = preprocess(COVERED, torch.ones(1, 3, 4, 3), {"mask": masks}, Working())
    assert rest.amax(dim=(1, 2, 3)).tolist() == [1, 0]


def test_batches_that_do_not_match_are_refused():
    with pytest.raises(MismatchedBatch, match="image has 2 frames where another input has 3"):
        preprocess(COVERED, torch.rand(2, 3, 4, 3), {"mask": torch.ones(3, 3, 4)}, Working())


def test_one_that_needs_its_frames_together_gives_one_after_the_other():
    def differences(image):
        yield from (image[1:] - image[:-1]).abs().split(1)

    together = Preprocessor("Together", "Together", run=differences, together=True)
    image = torch.rand(4, 3, 4, 3)
    assert torch.equal(preprocess(together, image, {}, Working())[0], (image[1:] - image[:-1]).abs())


def test_progress_moves_with_every_frame():
    seen = []
    utils.set_progress_bar_global_hook(lambda value, total, preview, node_id=None: seen.append((value, total)))
    try:
        preprocess(SHADE, torch.rand(2, 3, 4, 3), {}, Working())
    finally:
        utils.set_progress_bar_global_hook(None)
    assert seen == [(1, 2), (2, 2)]


def test_an_interrupt_stops_between_frames():
    calls = []

    def interrupted(image):
        calls.append(1)
        model_management.interrupt_current_processing()
        return image

    with pytest.raises(model_management.InterruptProcessingException):
        preprocess(Preprocessor("Once", "Once", run=interrupted), torch.rand(3, 3, 4, 3), {}, Working())
    assert len(calls) == 1


def test_the_image_can_be_missing_where_the_declaration_says_so():
    def drawn(image=None, *, mask: Annotated[Mask, "What to draw."]):
        return mask.expand(-1, 3, -1, -1)

    out = preprocess(Preprocessor("Drawn", "Drawn", run=drawn), None, {"mask": torch.ones(2, 3, 4)}, Working())
    assert out[0].shape == (2, 3, 4, 3)
