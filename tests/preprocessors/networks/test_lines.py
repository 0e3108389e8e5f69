"""The networks of lines, against the published modules and their published files' keys."""

import numpy as np
import pytest
import torch

from armature.errors import IncompatibleCheckpoint
from armature.preprocessors.networks.pidinet import FOLD, convolutions, folded

from ..published_lines import NETWORKS, PUBLISHED, STEP, network, question, weights

every = pytest.mark.parametrize("id", NETWORKS)
small = pytest.mark.parametrize("id", [id for id in NETWORKS if id not in ("lineart_anime", "manga_line")])


@every
def test_a_network_answers_as_the_published_one(id):
    with torch.no_grad():
        answer = network(id)(question(id))
    answer = answer.sigmoid() if id == "pidinet" else answer
    expected = PUBLISHED[f"net {id}"]
    step = STEP.get(id, 8)
    assert np.abs(answer[..., ::step, ::step].numpy() - expected).max() < 2e-5 * max(1, np.abs(expected).max())
    assert expected.std() > 0.1


@small
@pytest.mark.parametrize("wrap", ["module.", "state_dict.module."])
def test_files_load_in_half_precision_and_as_trainers_wrap_them(id, wrap):
    half = {key: weight.half() if weight.is_floating_point() else weight for key, weight in weights(id).items()}
    wrapped = {f"{wrap}{key}": weight for key, weight in half.items()}
    loaded, plain = (NETWORKS[id].load(one, torch.nn, id).state_dict() for one in (wrapped, half))
    assert loaded.keys() == plain.keys() and all(torch.equal(loaded[key], plain[key]) for key in plain)
    assert {weight.dtype for weight in loaded.values()} <= {torch.float32, torch.int64}


@small
@pytest.mark.parametrize("change", ["missing", "unknown", "shape"])
def test_what_does_not_fit_is_refused(id, change):
    own = weights(id)
    key = next(key for key in reversed(own) if key not in NETWORKS[id].signature and own[key].ndim > 1)
    if change == "missing":
        del own[key]
    else:
        own |= {"other.weight": torch.zeros(1)} if change == "unknown" else {key: torch.zeros(3, 1, 1, 1)}
    with pytest.raises(IncompatibleCheckpoint, match="do not fit"):
        NETWORKS[id].load(own, torch.nn, "x.pth")


def pixel_differences(kind, image, weight):
    """A difference convolution as its paper defines it: weights times differences of pixels, one after the other."""
    clock = [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)]
    after = dict(zip(clock, clock[1:] + clock[:1]))
    if kind == "radial":  # the published one takes the last eight weights for the eight around the centre
        weight = torch.cat((weight.flatten()[1:5], weight.new_zeros(1), weight.flatten()[5:])).view(3, 3)
    total = torch.zeros_like(image)
    for y in (-1, 0, 1):
        for x in (-1, 0, 1):
            far = (2 * y, 2 * x) if kind == "radial" else (y, x)
            near = {"central": (0, 0), "radial": (y, x), "angular": after.get((y, x), (0, 0))}[kind]
            total += weight[y + 1, x + 1] * (shifted(image, *far) - shifted(image, *near))
    return total


def shifted(image, y, x):
    padded = torch.nn.functional.pad(image, (2, 2, 2, 2))
    return padded[..., 2 + y : 2 + y + image.shape[-2], 2 + x : 2 + x + image.shape[-1]]


@pytest.mark.parametrize("kind", FOLD)
def test_a_folded_difference_convolution_is_the_sum_of_weighted_differences(kind):
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(1, 1, 12, 15, generator=generator, dtype=torch.float64)
    weight = torch.randn(1, 1, 3, 3, generator=generator, dtype=torch.float64)
    kernel = FOLD[kind](weight)
    plain = torch.nn.functional.conv2d(image, kernel, padding=kernel.shape[-1] // 2)
    assert (plain - pixel_differences(kind, image, weight[0, 0])).abs().max() < 1e-14


def test_folded_weights_are_not_folded_again():
    once = folded(weights("pidinet"))
    assert all(torch.equal(once[key], again) for key, again in folded(once).items())
    changed = {key for key, weight in weights("pidinet").items() if not torch.equal(weight, once[key])}
    assert changed == {key for key, kind in convolutions().items() if kind in FOLD}
