import numpy as np
import pytest
import torch
from torch import nn

from armature.errors import InvalidValue
from armature.preprocessors.networks.oneformer import ONEFORMER
from armature.preprocessors.networks.segformer import SEGFORMER
from armature.preprocessors.networks.upernet import UPERNET
from armature.preprocessors.segments.class_mask import class_mask
from armature.preprocessors.segments.classes import colours
from armature.preprocessors.segments.network import coloured, highest
from armature.preprocessors.segments.oneformer import segments_of_oneformer
from armature.preprocessors.segments.segformer import segments_of_segformer
from armature.preprocessors.segments.upernet import segments_of_upernet

from ..annotators import random_weights
from ..photographs import astronaut
from ..tiny_networks import decided, oneformer, shapes

IMAGE = astronaut()[..., 40:140, 150:300]
SCORES = torch.randn(2, 150, 9, 14, generator=torch.Generator().manual_seed(0))


def test_a_pixel_has_the_class_with_the_highest_score_between_those_around_it():
    resized = torch.nn.functional.interpolate(SCORES, (31, 45), mode="bilinear", align_corners=False)
    assert np.array_equal(highest(SCORES, (31, 45)), resized.argmax(1).numpy())


@pytest.mark.parametrize("count, palette", [(150, "ADE20K"), (133, "COCO")])
def test_the_colours_are_those_of_the_classes_that_the_network_knows(count, palette):
    drawn = coloured(SCORES[:, :count], (9, 14))
    expected = colours(palette)[SCORES[:, :count].argmax(1).numpy()]
    assert np.array_equal((drawn.movedim(1, -1) * 255).round().numpy(), expected)


def test_other_classes_are_refused():
    with pytest.raises(InvalidValue, match=r"knows 19 classes. Choose one that knows 150 \(ADE20K\), 133 \(COCO\)"):
        coloured(SCORES[:, :19], (9, 14))


@pytest.mark.parametrize(
    "run, pretrained",
    [(segments_of_upernet, UPERNET), (segments_of_segformer, SEGFORMER), (segments_of_oneformer, ONEFORMER)],
    ids=["upernet", "segformer", "oneformer"],
)
def test_a_map_has_colours_of_classes_only_and_each_class_is_a_mask(run, pretrained):
    network = pretrained.load(decided(random_weights(shapes(pretrained.id))), nn, "tiny")
    drawn = run(IMAGE, network=network, input_size=64)
    shown = {tuple(colour) for colour in (drawn[0].flatten(1).T * 255).round().int().tolist()}
    assert drawn.shape == IMAGE.shape and len(shown) > 2
    table = [tuple(colour) for colour in colours("ADE20K").tolist()]
    assert shown <= set(table)
    areas = [class_mask(drawn, classes=str(table.index(colour))).mean() for colour in shown]
    assert min(areas) > 0 and sum(areas).item() == pytest.approx(1)


def test_the_network_decides_whose_colours_they_are():
    model = oneformer(133)
    weights = random_weights({key: list(weight.shape) for key, weight in model.state_dict().items()})
    drawn = segments_of_oneformer(IMAGE, network=ONEFORMER.load(weights, nn, "coco"), input_size=64)
    shown = {tuple(colour) for colour in (drawn[0].flatten(1).T * 255).round().int().tolist()}
    assert shown <= {tuple(colour) for colour in colours("COCO").tolist()}
