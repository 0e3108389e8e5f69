"""Masks to colours and back, through what ComfyUI's sockets carry."""

import pytest
import torch
from comfy.ldm.sam3.tracker import pack_masks

from armature.errors import MismatchedBatch
from armature.host.preprocessing import preprocess
from armature.preprocessors.running import Working
from armature.preprocessors.segments.by_class import SEGMENTS_BY_CLASS
from armature.preprocessors.segments.class_mask import CLASS_MASK
from armature.preprocessors.segments.from_labels import SEGMENTS_FROM_LABELS
from armature.preprocessors.segments.sam import SEGMENTS_SAM

PERSON, SKY = (150, 5, 61), (6, 230, 230)


def masks(*boxes, height=20, width=32):
    """(N, H, W): boxes of (top, bottom, left, right)."""
    out = torch.zeros(len(boxes), height, width)
    for mask, (top, bottom, left, right) in zip(out, boxes):
        mask[top:bottom, left:right] = 1
    return out


SMALL, LARGE = (5, 10, 5, 10), (0, 15, 0, 25)


def drawn(preprocessor, image=None, working=None, **values):
    """(B, H, W, 3) in levels."""
    return (preprocess(preprocessor, image, values, working or Working())[0] * 255).round().int()


def colours_of(picture):
    return {tuple(colour) for colour in picture.reshape(-1, 3).tolist()}


@pytest.mark.parametrize("boxes", [(SMALL, LARGE), (LARGE, SMALL)], ids=["small first", "large first"])
def test_the_smaller_object_lies_on_the_larger(boxes):
    out = drawn(SEGMENTS_SAM, objects=masks(*boxes))
    assert out.shape == (1, 20, 32, 3) and len(colours_of(out)) == 3
    assert tuple(out[0, 7, 7]) != tuple(out[0, 1, 1]) and not out[0, 19].any()


def test_a_colour_belongs_to_the_seed_and_the_place_in_the_list():
    first = drawn(SEGMENTS_SAM, objects=masks(SMALL))[0, 7, 7]
    assert torch.equal(drawn(SEGMENTS_SAM, objects=masks(SMALL, LARGE))[0, 7, 7], first)
    assert not torch.equal(drawn(SEGMENTS_SAM, objects=masks(SMALL), seed=1)[0, 7, 7], first)


def test_no_objects_is_a_black_map():
    assert not drawn(SEGMENTS_SAM, objects=torch.zeros(0, 20, 32)).any()
    nothing = {"packed_masks": None, "orig_size": (6, 8), "n_frames": 2}
    assert drawn(SEGMENTS_SAM, objects=nothing).shape == (2, 6, 8, 3)
    assert not drawn(SEGMENTS_BY_CLASS, objects=torch.zeros(0, 20, 32)).any()


def test_a_tracked_object_keeps_its_colour_through_the_video():
    moving = torch.stack([masks((0, 8, left, left + 8), (12, 16, 0, 32)) for left in (0, 8, 16)])
    track = {"packed_masks": pack_masks(moving), "orig_size": (40, 64), "n_frames": 3}
    out = drawn(SEGMENTS_SAM, objects=track)
    assert out.shape == (3, 40, 64, 3) and len(colours_of(out)) == 3
    assert torch.equal(out[0, 4, 4], out[1, 4, 20]) and torch.equal(out[0, 4, 4], out[2, 4, 36])


def test_the_map_has_the_images_size_and_no_new_colours():
    image = torch.rand(1, 50, 80, 3)
    for working in (Working(), Working(30), Working(30, keep=True)):
        out = drawn(SEGMENTS_SAM, image, working, objects=masks(SMALL, LARGE))
        assert out.shape[1:3] == ((30, 48) if working.keep else (50, 80))
        assert len(colours_of(out)) == 3


def test_objects_get_the_colours_of_their_classes():
    out = drawn(SEGMENTS_BY_CLASS, objects=masks(SMALL, LARGE), classes="person, sky")
    assert tuple(out[0, 7, 7].tolist()) == PERSON and tuple(out[0, 1, 1].tolist()) == SKY
    assert colours_of(drawn(SEGMENTS_BY_CLASS, objects=masks(SMALL, LARGE), classes="person")) == {PERSON, (0, 0, 0)}


def test_classes_are_drawn_onto_those_before():
    below = drawn(SEGMENTS_BY_CLASS, objects=masks(LARGE), classes="sky") / 255
    out = drawn(SEGMENTS_BY_CLASS, objects=masks(SMALL), classes="person", onto=below)
    assert colours_of(out) == {PERSON, SKY, (0, 0, 0)}


def test_classes_and_objects_must_be_as_many():
    with pytest.raises(MismatchedBatch, match="3 objects and 2 classes"):
        drawn(SEGMENTS_BY_CLASS, objects=masks(SMALL, LARGE, SMALL), classes="person, sky")


def test_levels_are_class_numbers():
    image = torch.tensor([0, 12, 149, 150, 255])[None, None, :, None].expand(-1, -1, -1, 3) / 255
    assert drawn(SEGMENTS_FROM_LABELS, image)[0, 0].tolist() == [
        [120] * 3,
        list(PERSON),
        [92, 0, 255],
        [0] * 3,
        [0] * 3,
    ]
    shifted = drawn(SEGMENTS_FROM_LABELS, image, first_level=1)[0, 0]
    assert shifted[0].tolist() == [0] * 3 and shifted[3].tolist() == [92, 0, 255]


def test_class_numbers_are_not_mixed_at_another_working_size():
    image = torch.zeros(1, 30, 30, 3)
    image[:, :, 13:] = 100 / 255
    assert len(colours_of(drawn(SEGMENTS_FROM_LABELS, image, Working(16)))) == 2


def test_the_mask_of_a_class_is_where_it_was_drawn():
    boxes = masks(SMALL, (12, 18, 2, 30))
    out = drawn(SEGMENTS_BY_CLASS, objects=boxes, classes="person, sky") / 255
    assert torch.equal(preprocess(CLASS_MASK, out, {"classes": "sky"}, Working())[0][0], boxes[1])
    both = preprocess(CLASS_MASK, out, {"classes": "sky, person"}, Working())[0][0]
    assert torch.equal(both, boxes.amax(0))
    assert not preprocess(CLASS_MASK, out, {"classes": "car"}, Working())[0].any()


@pytest.mark.parametrize("tolerance, found", [(0, False), (2, False), (3, True)])
def test_a_colour_may_be_off_by_the_tolerance(tolerance, found):
    image = torch.tensor([150 + 3, 5, 61 - 2])[None, None, None].expand(-1, 4, 4, -1) / 255
    assert bool(preprocess(CLASS_MASK, image, {"tolerance": tolerance}, Working())[0].all()) is found
