"""What every declared measure promises, whichever it is."""

import pytest
import torch

from armature import discovery, fidelity
from armature.fidelity.declare import Measure
from armature.host.measuring import measured
from armature.preprocessors.declare import Image, Keypoints

from ..preprocessors.samples import person, photo

EVERY = list(discovery.declared(fidelity, Measure).values())
every = pytest.mark.parametrize("measure", EVERY, ids=lambda one: one.id)


def inputs(measure, batch, height, width, optional=False):
    """A value for each of its sockets; `found` too if `optional` or needed."""
    makers = {
        Image: lambda seed: (photo(batch, height, width, seed=seed) * 3).round() / 3,
        Keypoints: lambda seed: [person(height, width)] * batch,
    }
    sockets = [o for o in measure.scoring.options if o.type in makers and (optional or o.required)]
    chosen = {option.name: makers[option.type](seed) for seed, option in enumerate(sockets)}
    return chosen | ({"classes": "the hint's colours"} if measure.id == "Segments" else {})


@every
@pytest.mark.parametrize("size", [(1, 1), (9, 2), (65, 127)], ids=str)
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("batch", [1, 3])
def test_it_takes_any_image(measure, batch, channels, size):
    image = photo(batch, *size, channels).half()
    values = inputs(measure, batch, *size)
    numbers, pictures = measured(measure, image, values)
    assert pictures.shape == (batch, *size, 3) and pictures.min() >= 0 and pictures.max() <= 1
    assert [list(one) for one in numbers] == [list(measure.numbers)] * batch
    assert all(isinstance(value, float) for one in numbers for value in one.values())


@every
def test_one_hint_serves_a_batch_and_each_image_has_its_own_numbers(measure):
    images = photo(3, 40, 50)
    values = inputs(measure, 1, 40, 50)
    together, pictures = measured(measure, images, values)
    for index in range(3):
        (alone,), picture = measured(measure, images[index : index + 1], values)
        assert alone == together[index] and torch.equal(picture[0], pictures[index])


@every
def test_what_is_compared_with_itself_is_perfect(measure):
    values = inputs(measure, 1, 60, 80, optional=True)
    (numbers,), _ = measured(measure, photo(1, 60, 80), values | {"found": values["hint"]})
    best = 0 if measure.id == "Color" else 1
    assert next(iter(numbers.values())) == pytest.approx(best, abs=1e-6)


@every
def test_it_says_what_it_takes_and_tells(measure):
    assert measure.scoring.help and measure.title
    assert all(meaning.endswith(".") for meaning in measure.numbers.values())
    assert all(option.help.endswith(".") for option in measure.scoring.options)
