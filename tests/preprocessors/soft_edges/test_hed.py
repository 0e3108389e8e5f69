import pytest
import torch
from torch.nn.functional import conv2d, interpolate, max_pool2d

from armature.errors import IncompatibleCheckpoint
from armature.preprocessors.networks.hed import HED
from armature.preprocessors.sketch.from_soft_edges import scribble
from armature.preprocessors.soft_edges.hed import hed

from ..annotators import MANIFESTS, random_weights
from ..photographs import astronaut

WEIGHTS = random_weights(MANIFESTS["hed"])
NETWORK = HED.load(WEIGHTS, torch.nn, "hed")
IMAGE = astronaut()[..., 40:168, 150:342]


def written_out(image):
    """The mean of the five logits of an image whose sides are multiples of 64, layer by layer."""
    x, logits = (image * 255).round().contiguous() - WEIGHTS["norm"], []
    for block, convolutions in enumerate((2, 2, 3, 3, 3), 1):
        x = max_pool2d(x, 2) if block > 1 else x
        for index in range(convolutions):
            name = f"block{block}.convs.{index}"
            x = conv2d(x, WEIGHTS[f"{name}.weight"], WEIGHTS[f"{name}.bias"], padding=1).clamp(min=0)
        name = f"block{block}.projection"
        logit = conv2d(x, WEIGHTS[f"{name}.weight"], WEIGHTS[f"{name}.bias"])
        logits.append(interpolate(logit, image.shape[-2:], mode="bilinear"))
    return torch.stack(logits).mean(0)


def test_it_is_the_sigmoid_of_the_mean_of_five_scales():
    edges = hed(IMAGE, network=NETWORK, safe="disable")
    assert torch.allclose(edges, written_out(IMAGE).sigmoid().expand(-1, 3, -1, -1), atol=1e-6)
    assert edges.std() > 0.1


def test_any_size_is_that_of_the_image_extended_by_its_edge():
    odd = IMAGE[..., :101, :187]
    extended = torch.cat((odd, odd[..., -1:, :].expand(-1, -1, 27, -1)), dim=2)
    extended = torch.cat((extended, extended[..., -1:].expand(-1, -1, -1, 5)), dim=3)
    whole = hed(extended, network=NETWORK, safe="disable")
    assert torch.equal(hed(odd, network=NETWORK, safe="disable"), whole[..., :101, :187])


def test_safe_edges_have_three_shades_each_no_brighter_than_a_third_more():
    soft, safe = hed(IMAGE, network=NETWORK, safe="disable"), hed(IMAGE, network=NETWORK)
    assert set(safe.unique().tolist()) == {0, 0.5, 1}
    assert torch.equal(safe == 0, soft < 1 / 3) and torch.equal(safe == 1, soft >= 2 / 3)


def test_scribbles_are_those_of_the_soft_edges_and_a_sketch_is_what_is_half_white():
    soft = hed(IMAGE, network=NETWORK, safe="disable")
    cut = (soft * 255).floor() / 255
    assert torch.equal(hed(IMAGE, network=NETWORK, safe="disable", output="scribble"), scribble(cut))
    assert torch.equal(hed(IMAGE, network=NETWORK, safe="disable", output="sketch"), (soft > 0.5).float())


@pytest.mark.parametrize("wrap", ["", "module.", "state_dict.module.", "model."])
def test_files_load_in_half_precision_and_as_trainers_wrap_them(wrap):
    loaded = HED.load({f"{wrap}{key}": weight.half() for key, weight in WEIGHTS.items()}, torch.nn, "hed")
    assert {key: weight.dtype for key, weight in loaded.state_dict().items()} == dict.fromkeys(WEIGHTS, torch.float32)
    assert torch.equal(loaded.block3.convs[2].weight, WEIGHTS["block3.convs.2.weight"].half().float())


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda weights: weights.pop("block3.convs.1.bias"), "Missing key"),
        (lambda weights: weights.update({"block6.projection.bias": torch.zeros(1)}), "Unexpected key"),
        (lambda weights: weights.update({"norm": torch.zeros(1, 4, 1, 1)}), "size mismatch"),
        (lambda weights: weights.pop("norm"), "holds no weights of hed: there is no norm"),
    ],
)
def test_what_does_not_fit_is_refused(change, reason):
    weights = dict(WEIGHTS)
    change(weights)
    with pytest.raises(IncompatibleCheckpoint, match=reason):
        HED.load(weights, torch.nn, "x.pth")
