"""Creating and training controls in ComfyUI: the base unchanged, the loss that the base wants, a control that obeys."""

from dataclasses import replace

import comfy.controlnet
import comfy.model_base
import comfy.model_management
import comfy.model_patcher
import comfy.supported_models_base
import comfy.utils
import folder_paths
import pytest
import torch

from armature.benchmarks.counting import keeping
from armature.control.training.objective import Lessons, loss
from armature.control.training.recomputing import recompute
from armature.control.training.run import Plan, averaged
from armature.errors import InvalidValue, MismatchedBatch, MissingInput, WrongBaseModel, WrongControl
from armature.host.binding import BaseWeights
from armature.host.creating import create_control
from armature.host.graph_training import train_control
from armature.host.practice import load_practice_model
from armature.host.teaching import ComfyBase, as_latents, examples, gradients
from armature.host.training import Course, teach, trainable

CHOICES = {
    "ControlNet": {},
    "ControlNet-XS": {"type": "B", "ratio": 0.25, "infusion": "cat", "learned_time_embedding": False},
    "T2I-Adapter": {},
    "ControlNet-LLLite": {"hint_features": 8, "width": 8},
}


@pytest.fixture(scope="module")
def practice():
    model, clip, vae = load_practice_model()
    return model, clip, vae


@pytest.fixture(scope="module")
def two(practice):
    """Two images, black and white, with hints that tell which, and the empty prompt."""
    _, clip, vae = practice
    images = torch.stack([torch.zeros(64, 64, 3), torch.ones(64, 64, 3)])
    hints = images.flip(0).clone()
    empty = clip.encode_from_tokens_scheduled(clip.tokenize(""))
    return [{"samples": vae.encode(images)}], [hints], [empty]


def new(practice, family):
    return create_control(practice[0], family, CHOICES[family], seed=1)


@pytest.mark.parametrize("family", CHOICES)
def test_the_same_seed_makes_the_same_control(practice, family):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    a, b, other = new(practice, family), new(practice, family), create_control(practice[0], family, CHOICES[family], 2)
    weights, again, others = (c.model.state_dict() for c in (a, b, other))
    assert all(torch.equal(weights[key], again[key]) for key in weights)
    assert any(not torch.equal(weights[key], others[key]) for key in weights)
    assert torch.equal(before, torch.get_rng_state())


def at_the_noisy_end(u):
    return 0.95 + 0.05 * u


@pytest.mark.parametrize(
    "family, rate",
    [
        pytest.param("ControlNet", 5e-4, marks=pytest.mark.slow),
        pytest.param("ControlNet-XS", 1e-3, marks=pytest.mark.slow),
        ("T2I-Adapter", 3e-3),
        pytest.param("ControlNet-LLLite", 3e-3, marks=pytest.mark.slow),
    ],
)
def test_a_control_learns_to_obey_two_hints(practice, two, family, rate):
    """Where noise hides the image, only the hint tells which it is: the loss under the other's is far greater."""
    course = Course(Plan(60, learning_rate=rate), batch=4, dropped=0.0)
    trained = train_control(practice[0], new(practice, family), *two, None, course)
    right, wrong = (noisy_loss(practice[0], trained.control, two[0], [hints], two[2]) for hints in both_ways(two[1][0]))
    assert len(trained.losses) == 60 and right < 0.5 * wrong, (right, wrong)


def both_ways(hints):
    return hints, hints.flip(0)


def noisy_loss(model, control, latents, hints, prompts):
    with gradients():
        network = trainable(control).requires_grad_(False)
        base = ComfyBase(model, network, torch.float32)
        lessons = Lessons(examples(base, network, latents, hints, prompts), batch=16)
        return float(loss(network, base, lessons, torch.Generator().manual_seed(3), draw=at_the_noisy_end))


def test_a_cancelled_training_goes_on_to_the_same_weights(practice, two, tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "get_output_directory", lambda: str(tmp_path))
    control = new(practice, "ControlNet-LLLite")
    course = Course(Plan(6, learning_rate=1e-3, average=0.9), batch=2, unlock_decoder=True)
    whole = train_control(practice[0], control, *two, two[2][0], course)
    with monkeypatch.context() as pressed:
        pressed.setattr(comfy.utils, "PROGRESS_BAR_HOOK", cancel_at(3))
        with pytest.raises(comfy.model_management.InterruptProcessingException):
            train_control(practice[0], control, *two, two[2][0], replace(course, name="stopped"))
    rest = train_control(practice[0], control, *two, two[2][0], replace(course, name="stopped"))
    assert rest.losses == whole.losses[3:]
    ours, theirs = (trained.control.model.state_dict() for trained in (rest, whole))
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    ours, theirs = (unlocked(trained.model) for trained in (rest, whole))
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    kept = averaged(tmp_path / "training" / "stopped.safetensors")
    assert all(torch.equal(kept[f"decoder.{key}"], weight) for key, weight in ours.items())


def unlocked(model):
    """The weights of the decoder that comes with a trained control."""
    return {key.removeprefix("diffusion_model."): patch[1][1][0] for key, (patch,) in model.patches.items()}


def cancel_at(step):
    """What ComfyUI's server and its cancel button do."""

    def hook(value, total, preview, **more):
        if value == step:
            comfy.model_management.interrupt_current_processing()

    return hook


@pytest.mark.parametrize("until, linked", [(2, False), (1, True)])
def test_only_the_middle_is_linked_until_the_others_are(practice, two, until, linked):
    control = new(practice, "ControlNet")
    course = Course(Plan(2, learning_rate=1e-2), batch=2, dropped=0.0, middle_until=until)
    weights = train_control(practice[0], control, *two, None, course).control.model.state_dict()
    changed = {key for key, weight in control.model.state_dict().items() if not torch.equal(weight, weights[key])}
    assert "middle_block_out.0.weight" in changed
    assert {f"zero_convs.{n}.0.weight" in changed for n in range(12)} == {linked}


def test_half_precision_is_for_what_is_computed_and_not_for_the_weights(practice, two):
    course = Course(Plan(2, learning_rate=1e-3), batch=1, dropped=0.0, unlock_decoder=True)
    courses = [replace(course, precision=name) for name in ("bf16", "fp32")]
    half, full = (train_control(practice[0], new(practice, "ControlNet"), *two, None, course) for course in courses)
    weights = [*half.control.model.state_dict().values(), *unlocked(half.model).values()]
    assert {weight.dtype for weight in weights} == {torch.float32}
    assert half.losses == pytest.approx(full.losses, rel=0.05) and half.losses != full.losses


def test_what_is_trained_tells_how(practice, two):
    course = Course(Plan(1, learning_rate=1e-3, seed=7, accumulate=2), batch=1, dropped=0.25)
    trained = train_control(practice[0], new(practice, "T2I-Adapter"), *two, two[2][0], course)
    told = trained.control.model.metadata
    assert {key.removeprefix("armature.training."): value for key, value in told.items()} == {
        "steps": "1",
        "images": "2",
        "batch": "2",
        "learning_rate": "0.001",
        "dropped_prompts": "0.25",
        "average": "0.0",
        "precision": "fp32",
        "unlocked_decoder": "False",
        "seed": "7",
    }


def test_an_unlocked_decoder_comes_with_the_model(practice, two):
    course = Course(Plan(1, learning_rate=1e-3), batch=2, dropped=0.0, unlock_decoder=True)
    before = practice[0].model.diffusion_model.out[2].weight.clone()
    trained = train_control(practice[0], new(practice, "ControlNet"), *two, None, course)
    patched = {key for key in trained.model.patches if key.startswith("diffusion_model.")}
    assert "diffusion_model.out.2.weight" in patched and "diffusion_model.output_blocks.0.0.in_layers.2.bias" in patched
    assert not any(".input_blocks." in key or ".middle_block." in key for key in patched)
    learned = BaseWeights(trained.model)
    assert not torch.equal(learned["out.2.weight"], before)
    assert torch.equal(practice[0].model.diffusion_model.out[2].weight, before)


def test_a_base_that_was_put_away_is_trained_as_if_it_had_not_been(practice, two):
    """Something else may have wanted its place between."""
    model, losses = practice[0].clone(), []
    key = "diffusion_model.input_blocks.0.0.weight"
    model.add_patches({key: ("diff", (torch.full_like(model.model.state_dict()[key], 0.01),))})
    with gradients():
        for put_away in (False, True):
            network = trainable(new(practice, "ControlNet-LLLite"))
            base = ComfyBase(model, network, torch.float32)
            lessons = Lessons(examples(base, network, *two), batch=2)
            if put_away:
                comfy.model_management.unload_all_models()
            teach(network, base, lessons, Course(Plan(1)), None, lambda run, loss: losses.append(loss))
    assert losses[0] == losses[1]


def test_a_base_learns_out_of_dynamic_memory(practice):
    """ComfyUI copies weights into that one without telling autograd."""
    model = practice[0].clone()
    model.__class__ = Dynamic
    with gradients():
        base = ComfyBase(model, trainable(new(practice, "ControlNet-LLLite")), torch.float32)
    assert not base.patcher.is_dynamic()


class Dynamic(comfy.model_patcher.ModelPatcher):
    def is_dynamic(self):
        return True


@pytest.mark.parametrize("kind", ["EPS", "V_PREDICTION", "FLOW"])
def test_the_loss_is_in_what_the_base_predicts(kind):
    """Noise; Salimans and Ho's velocity (arXiv:2202.00512) of the latents scaled to unit variance; or that of a
    straight flow from noise to latents (Liu et al. 2022, arXiv:2209.03003)."""
    base = object.__new__(ComfyBase)
    base.sampling = comfy.model_base.model_sampling(
        comfy.supported_models_base.BASE({}), comfy.model_base.ModelType[kind]
    )
    latents, noise = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 8, 8)
    base.device = torch.device("cpu")
    sigmas = base.sigmas(torch.tensor([0.1, 0.9]))
    wanted = base.wanted(latents, base.noised(latents, noise, sigmas), sigmas)
    sigma = sigmas[:, None, None, None]
    velocity = (noise - sigma * latents) / (sigma**2 + 1).sqrt()
    expected = {"EPS": noise, "V_PREDICTION": velocity, "FLOW": noise - latents}[kind]
    assert 0 < sigmas[0] < sigmas[1]
    torch.testing.assert_close(wanted, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("family", CHOICES)
def test_gradients_are_slopes(practice, two, family):
    """Of each family's first weight that leads into the base, by finite differences in fp64."""
    with gradients():
        network = trainable(new(practice, family)).double()
        base = ComfyBase(practice[0], network, torch.float64)
        base.model.diffusion_model.double()
        lessons = Lessons(
            [
                [one._replace(latent=one.latent.double(), hint=one.hint.double()) for one in group]
                for group in examples(base, network, *two)
            ],
            batch=2,
        )
        weight = next(p for name, p in network.named_parameters() if name.endswith(LEADING[family]))

        def value():
            return loss(network, base, lessons, torch.Generator().manual_seed(1))

        (slope,) = torch.autograd.grad(value(), weight)
        place = int(slope.abs().argmax())
        with torch.no_grad():
            values = []
            for shift in (1e-4, -2e-4):
                weight.view(-1)[place] += shift
                values.append(float(value()))
        assert slope.flatten()[place].item() == pytest.approx((values[0] - values[1]) / 2e-4, rel=1e-3)


LEADING = {
    "ControlNet": "zero_convs.3.0.weight",
    "ControlNet-XS": "enc_zero_convs_out.3.0.weight",
    "T2I-Adapter": "body.3.block2.weight",
    "ControlNet-LLLite": "up.0.weight",
}


def test_images_are_learned_from_as_their_latents(practice):
    vae, images = practice[2], [torch.rand(2, 64, 64, 4), torch.rand(1, 64, 128, 3)]
    found = as_latents(None, images, vae)
    expected = [vae.encode(batch[..., :3]) for batch in images]
    assert all(torch.equal(one["samples"], other) for one, other in zip(found, expected, strict=True))
    assert as_latents(found, None, None) is found
    for given in ((None, None, vae), (found, images, vae), (None, images, None)):
        with pytest.raises(MissingInput, match="connect"):
            as_latents(*given)


def test_what_cannot_be_trained_is_refused(practice, two):
    control, course = new(practice, "ControlNet"), Course(Plan(1), dropped=0.0)
    with pytest.raises(MissingInput, match="empty prompt"):
        train_control(practice[0], control, *two, None, Course(Plan(1)))
    with pytest.raises(MismatchedBatch, match="2 latents and 3 hints"):
        train_control(practice[0], control, two[0], [torch.rand(3, 64, 64, 3)], two[2], None, course)
    with pytest.raises(WrongControl, match="trained"):
        train_control(practice[0], comfy.controlnet.ControlBase(), *two, None, course)
    unknown = practice[0].clone()
    unknown.cached_patcher_init = None
    with pytest.raises(WrongBaseModel, match="load it again"):
        train_control(unknown, control, *two, None, course)
    with pytest.raises(InvalidValue, match="leads out"):
        train_control(practice[0], control, *two, None, Course(Plan(1), dropped=0.0, name="../../x"))


@pytest.mark.parametrize("family", CHOICES)
def test_checkpointed_gradients_are_the_same_and_keep_less(practice, two, family):
    kept, gradients_ = {}, {}
    for twice in (False, True):
        with gradients():
            network = trainable(new(practice, family))
            base = ComfyBase(practice[0], network, torch.float32)
            names = list(network.state_dict())
            lessons = Lessons(examples(base, network, *two), batch=2)
            if twice:
                recompute(network)
                recompute(base.model.diffusion_model)
            assert list(network.state_dict()) == names
            weights = [*network.parameters(), *base.model.parameters()]
            with keeping(weights) as kept[twice]:
                value = loss(network, base, lessons, torch.Generator().manual_seed(1))
            value.backward()
            gradients_[twice] = {name: p.grad for name, p in network.named_parameters() if p.grad is not None}
    assert gradients_[True].keys() == gradients_[False].keys() != set()
    assert all(torch.equal(gradients_[True][name], slope) for name, slope in gradients_[False].items())
    assert sum(kept[True].values()) < 0.6 * sum(kept[False].values())
